/*
 * kmem/native.h: what the headers of kmem/linux/ call. Every function works on the machine whose thread the host is
 * running, that is inside kmem_sim_run() or a callback; outside of it there is no kernel, and the process is aborted
 * with a message. Pointers are host pointers into the machine's memory, or what kernel code has instead of pointers:
 * NULL, ZERO_SIZE_PTR, ERR_PTR() and the opaque struct page, struct kmem_cache and so on.
 *
 * When the simulated kernel kills the thread, these functions do not return: kmem_sim_run() does.
 */
#ifndef KMEM_NATIVE_H
#define KMEM_NATIVE_H

#include "../kmem/sim.h"

#include <stdarg.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Memory ---- */
void *kmem_native_kmalloc(size_t size, kmem_gfp gfp);
void *kmem_native_kmalloc_array(size_t count, size_t size, kmem_gfp gfp);
void *kmem_native_krealloc(const void *object, size_t size, kmem_gfp gfp);
void *kmem_native_krealloc_array(void *object, size_t count, size_t size, kmem_gfp gfp);
void kmem_native_kfree(const void *object);
void kmem_native_kfree_sensitive(const void *object);
void kmem_native_kfree_const(const void *object);
size_t kmem_native_ksize(const void *object);
void *kmem_native_kmemdup(const void *from, size_t size, kmem_gfp gfp); /* `from` may be any host memory */
char *kmem_native_kvasprintf(kmem_gfp gfp, const char *format, va_list arguments);

struct kmem_cache;
struct kmem_cache *kmem_native_cache_create(const char *name, unsigned size, unsigned align, unsigned flags,
                                            void (*constructor)(void *));
void kmem_native_cache_destroy(struct kmem_cache *cache);
int kmem_native_cache_shrink(struct kmem_cache *cache);
void *kmem_native_cache_alloc(struct kmem_cache *cache, kmem_gfp gfp);
void kmem_native_cache_free(struct kmem_cache *cache, void *object);
int kmem_native_cache_alloc_bulk(struct kmem_cache *cache, kmem_gfp gfp, size_t count, void **objects);
void kmem_native_cache_free_bulk(struct kmem_cache *cache, size_t count, void **objects);
unsigned kmem_native_cache_size(struct kmem_cache *cache);

/* A page is named by its struct page, which host code cannot look into. */
struct page *kmem_native_alloc_pages(kmem_gfp gfp, unsigned order);
void kmem_native_free_pages(struct page *page, unsigned order);
unsigned long kmem_native_get_free_pages(kmem_gfp gfp, unsigned order);
void kmem_native_free_pages_at(unsigned long address, unsigned order);
void *kmem_native_alloc_pages_exact(size_t bytes, kmem_gfp gfp);
void kmem_native_free_pages_exact(void *address, size_t bytes);
void kmem_native_get_page(struct page *page);
void kmem_native_put_page(struct page *page);
void *kmem_native_page_address(const struct page *page);
struct page *kmem_native_virt_to_page(const void *address);
kmem_pfn kmem_native_page_to_pfn(const struct page *page);
struct page *kmem_native_pfn_to_page(kmem_pfn pfn);
uint64_t kmem_native_virt_to_phys(const void *address);
void *kmem_native_phys_to_virt(uint64_t physical);

enum kmem_native_vmalloc { KMEM_VMALLOC, KMEM_VZALLOC, KMEM_VMALLOC_USER, KMEM_VMALLOC_32 };
void *kmem_native_vmalloc(size_t size, enum kmem_native_vmalloc kind);
void *kmem_native_vmalloc_gfp(size_t size, kmem_gfp gfp);
void kmem_native_vfree(const void *address);
void kmem_native_vfree_atomic(const void *address);
void *kmem_native_vmap(struct page **pages, unsigned count, unsigned long flags);
void kmem_native_vunmap(const void *address);
struct page *kmem_native_vmalloc_to_page(const void *address);
bool kmem_native_is_vmalloc(const void *address);
void *kmem_native_kvmalloc(size_t size, kmem_gfp gfp);
void *kmem_native_kvmalloc_array(size_t count, size_t size, kmem_gfp gfp);
void *kmem_native_kvrealloc(const void *old, size_t old_size, size_t size, kmem_gfp gfp);
void kmem_native_kvfree(const void *address);
void kmem_native_kvfree_sensitive(const void *address, size_t size);

void *kmem_native_alloc_percpu(size_t size, size_t align, kmem_gfp gfp); /* a per-CPU pointer */
void kmem_native_free_percpu(void *pointer);
void *kmem_native_per_cpu_ptr(const void *pointer, unsigned cpu);
unsigned kmem_native_cpu(void);
unsigned kmem_native_cpus(void);

struct mempool_s;
struct mempool_s *kmem_native_mempool_create_kmalloc(int minimum, size_t size);
struct mempool_s *kmem_native_mempool_create_slab(int minimum, struct kmem_cache *cache);
struct mempool_s *kmem_native_mempool_create_pages(int minimum, int order);
void kmem_native_mempool_destroy(struct mempool_s *pool);
int kmem_native_mempool_resize(struct mempool_s *pool, int minimum);
void *kmem_native_mempool_alloc(struct mempool_s *pool, kmem_gfp gfp);
void kmem_native_mempool_free(void *element, struct mempool_s *pool);

/* ---- Devices: each call gives the device's own record, which is filled at its first use on a machine ---- */
struct kmem_native_device {
  uint64_t machine; /* serial number of the machine it is registered with */
  kmem_device_id id;
};
int kmem_native_dma_set_mask(struct kmem_native_device *device, const char *name, uint64_t mask, bool streaming,
                             bool coherent);
void *kmem_native_dma_alloc_coherent(struct kmem_native_device *device, const char *name, size_t size, uint64_t *bus,
                                     kmem_gfp gfp);
void kmem_native_dma_free_coherent(struct kmem_native_device *device, const char *name, size_t size, void *address,
                                   uint64_t bus);
uint64_t kmem_native_dma_map(struct kmem_native_device *device, const char *name, const void *address, size_t size);
void kmem_native_dma_unmap(struct kmem_native_device *device, const char *name, uint64_t bus, size_t size);
struct dma_pool;
struct dma_pool *kmem_native_dma_pool_create(struct kmem_native_device *device, const char *device_name,
                                             const char *name, size_t size, size_t align, size_t boundary);
void kmem_native_dma_pool_destroy(struct dma_pool *pool);
void *kmem_native_dma_pool_alloc(struct dma_pool *pool, kmem_gfp gfp, uint64_t *bus);
void kmem_native_dma_pool_free(struct dma_pool *pool, void *address, uint64_t bus);
void *kmem_native_devm_kmalloc(struct kmem_native_device *device, const char *name, size_t size, kmem_gfp gfp);
void kmem_native_devm_kfree(struct kmem_native_device *device, const char *name, const void *object);
int kmem_native_devm_add_action(struct kmem_native_device *device, const char *name, void (*action)(void *),
                                void *data);
void kmem_native_devm_release_all(struct kmem_native_device *device, const char *name);

/* ---- Locks: created at their first use on a machine; zero bytes are an unlocked lock ---- */
struct kmem_native_lock {
  uint64_t machine;
  kmem_lock_id id;
  unsigned irqs_were_off; /* of the last ..._irqsave() */
};
void kmem_native_lock_init(struct kmem_native_lock *lock);
void kmem_native_lock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode mode,
                      kmem_lock_variant variant);
bool kmem_native_trylock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode mode,
                         kmem_lock_variant variant);
void kmem_native_unlock(struct kmem_native_lock *lock, kmem_lock_kind kind, const char *name, kmem_lock_mode mode,
                        kmem_lock_variant variant);
bool kmem_native_is_locked(const struct kmem_native_lock *lock);

/* ---- Contexts ---- */
void kmem_native_preempt_disable(void);
void kmem_native_preempt_enable(void);
void kmem_native_bh_disable(void);
void kmem_native_bh_enable(void);
unsigned long kmem_native_irq_save(void);
void kmem_native_irq_restore(unsigned long were_off);
bool kmem_native_irqs_disabled(void);
uint32_t kmem_native_preempt_count(void);
void kmem_native_rcu_read_lock(void);
void kmem_native_rcu_read_unlock(void);
bool kmem_native_rcu_read_lock_held(void);
void kmem_native_might_sleep(const char *file, int line);
void kmem_native_cond_resched(void);
void kmem_native_schedule(void);
/* Lets time pass and runs what becomes due. */
void kmem_native_sleep(uint64_t nanoseconds);
void kmem_native_spin(uint64_t nanoseconds); /* udelay(): time passes, nothing sleeps */
/* Gives the CPU away until something else has run, for a caller that waits for what that may have changed; false when
 * `nanoseconds` (UINT64_MAX: for ever) were over first. When nothing is left to run, the thread hangs. */
bool kmem_native_wait_step(uint64_t nanoseconds);
uint64_t kmem_native_jiffies(void);
uint64_t kmem_native_nanoseconds(void);
unsigned kmem_native_hz(void);
enum kmem_native_scope { KMEM_SCOPE_NOIO, KMEM_SCOPE_NOFS, KMEM_SCOPE_MEMALLOC };
unsigned kmem_native_scope_enter(enum kmem_native_scope scope);
void kmem_native_scope_leave(enum kmem_native_scope scope, unsigned before);

/* ---- Later: `item` is the kernel object's own address, which names it ---- */
void kmem_native_tasklet_schedule(void *item, void (*run)(void *item));
void kmem_native_tasklet_kill(void *item);
void kmem_native_timer_set(void *item, void (*run)(void *item), uint64_t expires);
bool kmem_native_timer_delete(void *item);
bool kmem_native_timer_delete_sync(void *item);
bool kmem_native_timer_pending(const void *item);
bool kmem_native_work_queue(void *item, void (*run)(void *item), uint64_t delay_jiffies);
bool kmem_native_work_cancel(void *item);
bool kmem_native_work_cancel_sync(void *item);
bool kmem_native_work_flush(void *item);
bool kmem_native_work_pending(const void *item);
void kmem_native_work_flush_all(void);
void kmem_native_call_rcu(void *item, void (*run)(void *item));
void kmem_native_kfree_rcu(const void *object);
void kmem_native_synchronize_rcu(void);
void kmem_native_rcu_barrier(void);

/* ---- Interrupts ---- */
int kmem_native_request_irq(unsigned irq, int (*handler)(int irq, void *data), int (*thread)(int irq, void *data),
                            unsigned long flags, const char *name, void *data);
const void *kmem_native_free_irq(unsigned irq, void *data);
void kmem_native_disable_irq(unsigned irq, bool wait);
void kmem_native_enable_irq(unsigned irq);

/* ---- User memory: addresses of the running thread's address space; what could not be copied ---- */
size_t kmem_native_copy_to_user(uint64_t to, const void *from, size_t size);
size_t kmem_native_copy_from_user(void *to, uint64_t from, size_t size);
size_t kmem_native_clear_user(uint64_t to, size_t size);

/* ---- Messages ---- */
void kmem_native_printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kmem_native_vprintk(const char *format, va_list arguments);
void kmem_native_warn(const char *file, int line, const char *function);
void kmem_native_bug(const char *file, int line, const char *function) __attribute__((noreturn));
void kmem_native_panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif
#endif
