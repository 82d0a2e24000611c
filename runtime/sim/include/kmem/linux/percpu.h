/* Per-CPU memory from the allocator. Statically defined per-CPU variables are not part of this: a native object has one
 * copy of everything. */
#ifndef KMEM_LINUX_PERCPU_H
#define KMEM_LINUX_PERCPU_H

#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/types.h>

#define __alloc_percpu(size, align) kmem_native_alloc_percpu(size, align, GFP_KERNEL)
#define __alloc_percpu_gfp(size, align, gfp) kmem_native_alloc_percpu(size, align, gfp)
#define alloc_percpu(type) ((__typeof__(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp)                                                                                    \
  ((__typeof__(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))
static inline void free_percpu(void __percpu *pointer) { kmem_native_free_percpu(pointer); }

#define per_cpu_ptr(pointer, cpu) ((__typeof__(pointer))kmem_native_per_cpu_ptr(pointer, cpu))
#define this_cpu_ptr(pointer) per_cpu_ptr(pointer, kmem_native_cpu())
#define raw_cpu_ptr(pointer) this_cpu_ptr(pointer)
#define get_cpu_ptr(pointer)                                                                                           \
  ({                                                                                                                   \
    preempt_disable();                                                                                                 \
    this_cpu_ptr(pointer);                                                                                             \
  })
#define put_cpu_ptr(pointer) preempt_enable()
#define this_cpu_read(place) (*this_cpu_ptr(&(place)))
#define this_cpu_write(place, value) ((void)(*this_cpu_ptr(&(place)) = (value)))
#define this_cpu_add(place, value) ((void)(*this_cpu_ptr(&(place)) += (value)))
#define this_cpu_inc(place) this_cpu_add(place, 1)
#define this_cpu_dec(place) this_cpu_add(place, -1)

#define smp_processor_id() kmem_native_cpu()
#define raw_smp_processor_id() kmem_native_cpu()
#define num_possible_cpus() kmem_native_cpus()
#define num_online_cpus() kmem_native_cpus()
#define nr_cpu_ids kmem_native_cpus()
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (unsigned)(cpu) < kmem_native_cpus(); ++(cpu))
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#endif
