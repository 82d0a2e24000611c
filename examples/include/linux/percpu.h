#ifndef _STUB_PERCPU_H
#define _STUB_PERCPU_H
#include <linux/gfp.h>
#include <linux/preempt.h>

void *pcpu_alloc_noprof(size_t size, size_t align, bool reserved, gfp_t gfp);
#define alloc_percpu_gfp(type, gfp)                                                                                    \
	((typeof(type) __percpu *)alloc_hooks(pcpu_alloc_noprof(sizeof(type), __alignof__(type), false, gfp)))
#define alloc_percpu(type) alloc_percpu_gfp(type, GFP_KERNEL)
void free_percpu(void __percpu *ptr);
int debug_smp_processor_id(void);
#define smp_processor_id() debug_smp_processor_id()
#define get_cpu() ({ preempt_disable(); smp_processor_id(); })
#define put_cpu() preempt_enable()

#endif
