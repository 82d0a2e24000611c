/*
 * kmem/sim.h: a simulated Linux machine's memory management as a C library.
 *
 * A machine (kmem_sim) is one booted kernel: page allocator, slab caches, vmalloc, per-CPU memory, pools, contexts,
 * locks and fault injection, all as one kernel release and configuration has them. Machines share nothing; each may be
 * used by one host thread at a time. The same calls on machines made with the same options give the same results.
 *
 * Every call returns a kmem_status. What the simulated kernel answers comes through the last pointer, and an allocation
 * that fails there is no error here: the call is KMEM_OK and the address 0. What the simulated kernel prints is in the
 * console text. A result pointer may be NULL when the result is of no interest, unless it is said otherwise.
 *
 *   KMEM_OK            the kernel did what was asked for and came back
 *   KMEM_BAD_ARGUMENT  the call makes no sense (NULL machine, unknown number); nothing happened
 *   KMEM_UNSUPPORTED   this machine cannot do it (no snapshots of native machines); nothing happened
 *   KMEM_OOPS          the thread that made the call was killed; its locks stay held; the machine goes on with a new
 *                      thread in process context
 *   KMEM_PANIC         the machine died in this call
 *   KMEM_HANG          the call waits for something that never comes, such as a lock that its thread holds; the
 *                      machine is as good as dead
 *   KMEM_DEAD          the machine died earlier: only its console, restoring and destroying are left
 *   KMEM_NO_MEMORY     the host has no memory or address space
 *
 * Addresses are the simulated kernel's. On a native machine kmem_sim_pointer() turns those of the direct map and of the
 * vmalloc area into pointers that host code can use.
 */
#ifndef KMEM_SIM_H
#define KMEM_SIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kmem_sim kmem_sim;
typedef struct kmem_snapshot kmem_snapshot;

typedef enum kmem_status {
  KMEM_OK,
  KMEM_BAD_ARGUMENT,
  KMEM_UNSUPPORTED,
  KMEM_OOPS,
  KMEM_PANIC,
  KMEM_HANG,
  KMEM_DEAD,
  KMEM_NO_MEMORY
} kmem_status;

/* "oops", "bad argument", ... */
const char *kmem_status_name(kmem_status status);

typedef uint64_t kmem_address;
typedef uint64_t kmem_pfn;
typedef uint32_t kmem_gfp;
typedef uint32_t kmem_cache_id; /* 0 is none, as for all of these */
typedef uint32_t kmem_mempool_id;
typedef uint32_t kmem_device_id;
typedef uint32_t kmem_dma_pool_id;
typedef uint32_t kmem_lock_id;
typedef uint32_t kmem_callback_id;

/* ---- GFP flags -------------------------------------------------------------------------------------------------
 * Numbers of this library, the same for every machine: kernels renumber theirs. What a kernel does not have is
 * dropped. kmem_sim_gfp() reads a kernel's own composites, which differ (GFP_NOWAIT has __GFP_NOWARN in 6.12). */
enum {
  KMEM_GFP_DMA = 1 << 0,
  KMEM_GFP_HIGHMEM = 1 << 1,
  KMEM_GFP_DMA32 = 1 << 2,
  KMEM_GFP_MOVABLE = 1 << 3,
  KMEM_GFP_RECLAIMABLE = 1 << 4,
  KMEM_GFP_HIGH = 1 << 5,
  KMEM_GFP_IO = 1 << 6,
  KMEM_GFP_FS = 1 << 7,
  KMEM_GFP_ZERO = 1 << 8,
  KMEM_GFP_ATOMIC_BIT = 1 << 9, /* __GFP_ATOMIC, 6.1 only */
  KMEM_GFP_DIRECT_RECLAIM = 1 << 10,
  KMEM_GFP_KSWAPD_RECLAIM = 1 << 11,
  KMEM_GFP_WRITE = 1 << 12,
  KMEM_GFP_NOWARN = 1 << 13,
  KMEM_GFP_RETRY_MAYFAIL = 1 << 14,
  KMEM_GFP_NOFAIL = 1 << 15,
  KMEM_GFP_NORETRY = 1 << 16,
  KMEM_GFP_MEMALLOC = 1 << 17,
  KMEM_GFP_COMP = 1 << 18,
  KMEM_GFP_NOMEMALLOC = 1 << 19,
  KMEM_GFP_HARDWALL = 1 << 20,
  KMEM_GFP_THISNODE = 1 << 21,
  KMEM_GFP_ACCOUNT = 1 << 22,
  KMEM_GFP_ZEROTAGS = 1 << 23,
  KMEM_GFP_NOLOCKDEP = 1 << 24,

  KMEM_GFP_RECLAIM = KMEM_GFP_DIRECT_RECLAIM | KMEM_GFP_KSWAPD_RECLAIM,
  KMEM_GFP_KERNEL = KMEM_GFP_RECLAIM | KMEM_GFP_IO | KMEM_GFP_FS,
  KMEM_GFP_ATOMIC = KMEM_GFP_HIGH | KMEM_GFP_ATOMIC_BIT | KMEM_GFP_KSWAPD_RECLAIM,
  KMEM_GFP_NOIO = KMEM_GFP_RECLAIM,
  KMEM_GFP_NOFS = KMEM_GFP_RECLAIM | KMEM_GFP_IO
};

/* "GFP_KERNEL | __GFP_NOWARN" as this machine's kernel defines it. */
kmem_status kmem_sim_gfp(const kmem_sim *machine, const char *text, kmem_gfp *flags);

/* ---- Machines --------------------------------------------------------------------------------------------------- */
struct kmem_options {
  const char *profile;   /* "612dbg", "61", "deb612", "612dbg-FZPU", ...; NULL: "612dbg" */
  uint64_t memory_bytes; /* 0: as the profile says */
  unsigned cpus;         /* 0: as the profile says */
  uint64_t seed;         /* of every draw of chance */
  int native;            /* not 0: memory that host code can dereference, and no snapshots */
  int fault_injection;   /* not 0: built with failslab, fail_page_alloc and fail_usercopy even if the profile is not */
};

/* `options` may be NULL for a plain 6.12. When no machine can be made so, `problem` (may be NULL) gets the reason, cut
 * to `problem_size` bytes. */
kmem_status kmem_sim_create(const struct kmem_options *options, kmem_sim **machine, char *problem, size_t problem_size);
void kmem_sim_destroy(kmem_sim *machine); /* NULL is fine */

/* O(1), whatever the machine holds. A snapshot stays good until freed, also when the machine is gone, and can be
 * restored into the machine it was taken from only. Not while a thread is inside kmem_sim_run(). */
kmem_status kmem_sim_snapshot(kmem_sim *machine, kmem_snapshot **snapshot);
kmem_status kmem_sim_restore(kmem_sim *machine, const kmem_snapshot *snapshot);
void kmem_snapshot_free(kmem_snapshot *snapshot);

/* What was printed since the machine was made or `from` lines of it, as one text with a newline after each record. The
 * text belongs to the machine and is good until the next call of this function. */
const char *kmem_sim_console(kmem_sim *machine, uint64_t from);
uint64_t kmem_sim_console_lines(const kmem_sim *machine);
/* One-shot warnings may be printed again. */
kmem_status kmem_sim_rearm_warnings(kmem_sim *machine);

/* ---- Pages ------------------------------------------------------------------------------------------------------ */
kmem_status kmem_sim_alloc_pages(kmem_sim *machine, kmem_gfp gfp, unsigned order, kmem_pfn *page); /* 0: none */
kmem_status kmem_sim_free_pages(kmem_sim *machine, kmem_pfn page, unsigned order);                 /* __free_pages() */
kmem_status kmem_sim_get_page(kmem_sim *machine, kmem_pfn page);
kmem_status kmem_sim_put_page(kmem_sim *machine, kmem_pfn page);
kmem_status kmem_sim_get_free_pages(kmem_sim *machine, kmem_gfp gfp, unsigned order, kmem_address *address);
kmem_status kmem_sim_free_pages_at(kmem_sim *machine, kmem_address address, unsigned order); /* free_pages() */
kmem_status kmem_sim_alloc_pages_exact(kmem_sim *machine, uint64_t bytes, kmem_gfp gfp, kmem_address *address);
kmem_status kmem_sim_free_pages_exact(kmem_sim *machine, kmem_address address, uint64_t bytes);
kmem_status kmem_sim_free_page_count(const kmem_sim *machine, uint64_t *pages);

/* ---- Slab ------------------------------------------------------------------------------------------------------- */
kmem_status kmem_sim_kmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *object);
kmem_status kmem_sim_kmalloc_array(kmem_sim *machine, uint64_t count, uint64_t size, kmem_gfp gfp,
                                   kmem_address *object);
kmem_status kmem_sim_krealloc(kmem_sim *machine, kmem_address old, uint64_t size, kmem_gfp gfp, kmem_address *object);
kmem_status kmem_sim_kfree(kmem_sim *machine, kmem_address object);
kmem_status kmem_sim_kfree_sensitive(kmem_sim *machine, kmem_address object);
kmem_status kmem_sim_ksize(kmem_sim *machine, kmem_address object, uint64_t *size);
/* "kmalloc-64", "pages-order-2", "NULL", "ZERO_SIZE_PTR", or "" when it is none of these; cut to `size` bytes. */
kmem_status kmem_sim_cache_name(kmem_sim *machine, kmem_address object, char *name, size_t size);

/* SLAB_* flags of this library. */
enum {
  KMEM_SLAB_HWCACHE_ALIGN = 1 << 0,
  KMEM_SLAB_PANIC = 1 << 1,
  KMEM_SLAB_RECLAIM_ACCOUNT = 1 << 2,
  KMEM_SLAB_ACCOUNT = 1 << 3,
  KMEM_SLAB_CACHE_DMA = 1 << 4,
  KMEM_SLAB_CACHE_DMA32 = 1 << 5,
  KMEM_SLAB_TYPESAFE_BY_RCU = 1 << 6,
  KMEM_SLAB_POISON = 1 << 7,
  KMEM_SLAB_RED_ZONE = 1 << 8,
  KMEM_SLAB_STORE_USER = 1 << 9,
  KMEM_SLAB_CONSISTENCY_CHECKS = 1 << 10,
  KMEM_SLAB_FAILSLAB = 1 << 11,
  KMEM_SLAB_NO_MERGE = 1 << 12
};
/* `constructor` (0 for none) is called with an object's address. */
kmem_status kmem_sim_cache_create(kmem_sim *machine, const char *name, uint32_t size, uint32_t align, uint32_t flags,
                                  kmem_callback_id constructor, kmem_cache_id *cache);
kmem_status kmem_sim_cache_destroy(kmem_sim *machine, kmem_cache_id cache);
kmem_status kmem_sim_cache_shrink(kmem_sim *machine, kmem_cache_id cache);
kmem_status kmem_sim_cache_alloc(kmem_sim *machine, kmem_cache_id cache, kmem_gfp gfp, kmem_address *object);
kmem_status kmem_sim_cache_free(kmem_sim *machine, kmem_cache_id cache, kmem_address object);
/* All `count` objects or none; `allocated` is `count` or 0. `objects` must not be NULL. */
kmem_status kmem_sim_cache_alloc_bulk(kmem_sim *machine, kmem_cache_id cache, kmem_gfp gfp, size_t count,
                                      kmem_address *objects, size_t *allocated);
kmem_status kmem_sim_cache_free_bulk(kmem_sim *machine, kmem_cache_id cache, size_t count, const kmem_address *objects);
/* Objects of the cache that nobody gave back yet; of all caches for 0. Finds leaks. */
kmem_status kmem_sim_live_objects(const kmem_sim *machine, kmem_cache_id cache, uint64_t *objects);

/* ---- Virtually contiguous memory -------------------------------------------------------------------------------- */
kmem_status kmem_sim_vmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *address); /* __vmalloc() */
kmem_status kmem_sim_vfree(kmem_sim *machine, kmem_address address);
kmem_status kmem_sim_vmap(kmem_sim *machine, const kmem_pfn *pages, size_t count, kmem_address *address);
kmem_status kmem_sim_vunmap(kmem_sim *machine, kmem_address address);
/* The frame behind an address of the vmalloc area, 0 when there is none. */
kmem_status kmem_sim_vmalloc_to_pfn(kmem_sim *machine, kmem_address address, kmem_pfn *page);
kmem_status kmem_sim_kvmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *address);
kmem_status kmem_sim_kvfree(kmem_sim *machine, kmem_address address);

/* ---- Per-CPU memory: the result is a per-CPU pointer, which kmem_sim_percpu_at() turns into an address ------------
 */
kmem_status kmem_sim_alloc_percpu(kmem_sim *machine, uint64_t size, uint64_t align, kmem_gfp gfp, uint64_t *pointer);
kmem_status kmem_sim_free_percpu(kmem_sim *machine, uint64_t pointer);
kmem_status kmem_sim_percpu_at(kmem_sim *machine, uint64_t pointer, unsigned cpu, kmem_address *address);

/* ---- Pools, DMA and devices ------------------------------------------------------------------------------------- */
kmem_status kmem_sim_mempool_create_kmalloc(kmem_sim *machine, uint32_t minimum, uint64_t size, kmem_mempool_id *pool);
kmem_status kmem_sim_mempool_create_slab(kmem_sim *machine, uint32_t minimum, kmem_cache_id cache,
                                         kmem_mempool_id *pool);
kmem_status kmem_sim_mempool_destroy(kmem_sim *machine, kmem_mempool_id pool);
kmem_status kmem_sim_mempool_alloc(kmem_sim *machine, kmem_mempool_id pool, kmem_gfp gfp, kmem_address *element);
kmem_status kmem_sim_mempool_free(kmem_sim *machine, kmem_mempool_id pool, kmem_address element);

kmem_status kmem_sim_device_add(kmem_sim *machine, const char *name, kmem_device_id *device);
/* dma_set_mask_and_coherent(): `error` is 0 or a negative errno. */
kmem_status kmem_sim_dma_set_mask(kmem_sim *machine, kmem_device_id device, uint64_t mask, int *error);
kmem_status kmem_sim_dma_alloc_coherent(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_gfp gfp,
                                        kmem_address *address, uint64_t *bus);
kmem_status kmem_sim_dma_free_coherent(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_address address,
                                       uint64_t bus);
/* ~0 for what cannot be mapped. */
kmem_status kmem_sim_dma_map_single(kmem_sim *machine, kmem_device_id device, kmem_address address, uint64_t size,
                                    uint64_t *bus);
kmem_status kmem_sim_dma_unmap_single(kmem_sim *machine, kmem_device_id device, uint64_t bus, uint64_t size);
kmem_status kmem_sim_dma_pool_create(kmem_sim *machine, const char *name, kmem_device_id device, uint64_t size,
                                     uint64_t align, uint64_t boundary, kmem_dma_pool_id *pool);
kmem_status kmem_sim_dma_pool_destroy(kmem_sim *machine, kmem_dma_pool_id pool);
kmem_status kmem_sim_dma_pool_alloc(kmem_sim *machine, kmem_dma_pool_id pool, kmem_gfp gfp, kmem_address *address,
                                    uint64_t *bus);
kmem_status kmem_sim_dma_pool_free(kmem_sim *machine, kmem_dma_pool_id pool, kmem_address address, uint64_t bus);

kmem_status kmem_sim_devm_kmalloc(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_gfp gfp,
                                  kmem_address *object);
kmem_status kmem_sim_devm_kfree(kmem_sim *machine, kmem_device_id device, kmem_address object);
kmem_status kmem_sim_devm_add_action(kmem_sim *machine, kmem_device_id device, kmem_callback_id action,
                                     uint64_t argument, int *error);
/* What the driver core does when a driver goes: everything devm_ of the device is given back, newest first. */
kmem_status kmem_sim_devm_release_all(kmem_sim *machine, kmem_device_id device);

/* ---- Memory ----------------------------------------------------------------------------------------------------- *
 * As kernel code accesses it: what the page tables do not allow is an oops. */
kmem_status kmem_sim_read(kmem_sim *machine, kmem_address from, void *to, size_t size);
kmem_status kmem_sim_write(kmem_sim *machine, kmem_address to, const void *from, size_t size);
kmem_status kmem_sim_fill(kmem_sim *machine, kmem_address to, uint8_t value, size_t size);
/* Native machines only: NULL when the address is in neither the direct map nor the vmalloc area. */
void *kmem_sim_pointer(const kmem_sim *machine, kmem_address address);
kmem_address kmem_sim_address(const kmem_sim *machine, const void *pointer); /* 0 when it points elsewhere */

/* ---- User memory -----------------------------------------------------------------------------------------------
 * An address space, number 0 being none; mmap() of private anonymous memory that may be read and written; access as the
 * program in it does. `result` is an address or a negative errno; `done` is 1, or 0 when the program got a signal. */
typedef uint32_t kmem_space_id;
kmem_status kmem_sim_user_create(kmem_sim *machine, kmem_space_id *space);
kmem_status kmem_sim_user_exit(kmem_sim *machine, kmem_space_id space);
kmem_status kmem_sim_user_map(kmem_sim *machine, kmem_space_id space, uint64_t length, int64_t *result);
kmem_status kmem_sim_user_unmap(kmem_sim *machine, kmem_space_id space, uint64_t address, uint64_t length,
                                int64_t *result);
kmem_status kmem_sim_user_read(kmem_sim *machine, kmem_space_id space, uint64_t from, void *to, size_t size, int *done);
kmem_status kmem_sim_user_write(kmem_sim *machine, kmem_space_id space, uint64_t to, const void *from, size_t size,
                                int *done);
/* The running thread's address space from now on: where copy_from_user() and copy_to_user() go. */
kmem_status kmem_sim_user_use(kmem_sim *machine, kmem_space_id space);
/* `left` are the bytes that could not be copied. */
kmem_status kmem_sim_copy_from_user(kmem_sim *machine, void *to, uint64_t from, size_t size, uint64_t *left);
kmem_status kmem_sim_copy_to_user(kmem_sim *machine, uint64_t to, const void *from, size_t size, uint64_t *left);

/* ---- Contexts and locks ----------------------------------------------------------------------------------------- */
typedef enum kmem_context {
  KMEM_CONTEXT_NO_PREEMPTION, /* preempt_disable() */
  KMEM_CONTEXT_NO_BH,         /* local_bh_disable() */
  KMEM_CONTEXT_NO_IRQS,       /* local_irq_save() */
  KMEM_CONTEXT_RCU_READER,    /* rcu_read_lock() */
  KMEM_CONTEXT_SOFTIRQ,       /* serving one */
  KMEM_CONTEXT_HARDIRQ,
  KMEM_CONTEXT_NMI
} kmem_context;
/* Contexts nest; leaving another one than the last entered is KMEM_BAD_ARGUMENT. */
kmem_status kmem_sim_enter(kmem_sim *machine, kmem_context context);
kmem_status kmem_sim_leave(kmem_sim *machine, kmem_context context);
uint32_t kmem_sim_preempt_count(const kmem_sim *machine);
int kmem_sim_irqs_disabled(const kmem_sim *machine);
/* might_sleep(): the kernel's report when sleeping is forbidden here. */
kmem_status kmem_sim_might_sleep(kmem_sim *machine, const char *file, unsigned line);
kmem_status kmem_sim_schedule(kmem_sim *machine);

typedef enum kmem_lock_kind {
  KMEM_LOCK_RAW_SPIN,
  KMEM_LOCK_SPIN,
  KMEM_LOCK_RW,
  KMEM_LOCK_MUTEX,
  KMEM_LOCK_RWSEM,
  KMEM_LOCK_SEMAPHORE
} kmem_lock_kind;
typedef enum kmem_lock_mode { KMEM_LOCK_EXCLUSIVE, KMEM_LOCK_SHARED } kmem_lock_mode;
typedef enum kmem_lock_variant { KMEM_LOCK_PLAIN, KMEM_LOCK_BH, KMEM_LOCK_IRQ, KMEM_LOCK_IRQSAVE } kmem_lock_variant;
kmem_status kmem_sim_lock_create(kmem_sim *machine, kmem_lock_kind kind, const char *name, kmem_lock_id *lock);
kmem_status kmem_sim_lock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_mode mode, kmem_lock_variant variant);
/* `taken` becomes 1 or 0. */
kmem_status kmem_sim_trylock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_mode mode, kmem_lock_variant variant,
                             int *taken);
kmem_status kmem_sim_unlock(kmem_sim *machine, kmem_lock_id lock, kmem_lock_variant variant);

/* ---- Threads, callbacks and what runs later ---------------------------------------------------------------------
 * Nothing runs by itself: what is pending runs when a thread waits, when time is advanced, or when told to. */
typedef void (*kmem_function)(void *argument);
/* Runs `function` as a new kernel thread to its end. Calls of <linux/...> in it go to this machine. When the thread
 * dies, also of a bad pointer in host code on a native machine, `function` is left as by longjmp() and the status tells
 * how. */
kmem_status kmem_sim_run(kmem_sim *machine, const char *name, kmem_function function, void *argument);

typedef void (*kmem_callback)(void *data, uint64_t argument);
/* Names a function for the machine. Snapshots keep the number, so register before taking them. */
kmem_status kmem_sim_register(kmem_sim *machine, kmem_callback function, void *data, kmem_callback_id *callback);

typedef enum kmem_deferred_kind {
  KMEM_DEFERRED_TASKLET,
  KMEM_DEFERRED_TIMER,
  KMEM_DEFERRED_WORK,
  KMEM_DEFERRED_IRQ_WORK
} kmem_deferred_kind;
typedef uint32_t kmem_deferred_id;
kmem_status kmem_sim_deferred_create(kmem_sim *machine, kmem_deferred_kind kind, kmem_callback_id callback,
                                     uint64_t argument, kmem_deferred_id *item);
/* Makes it pending; timers and delayed work after that many jiffies, which the others ignore. */
kmem_status kmem_sim_deferred_start(kmem_sim *machine, kmem_deferred_id item, uint64_t jiffies);
/* `was_pending` becomes 1 or 0. */
kmem_status kmem_sim_deferred_cancel(kmem_sim *machine, kmem_deferred_id item, int *was_pending);
kmem_status kmem_sim_call_rcu(kmem_sim *machine, kmem_callback_id callback, uint64_t argument);

/* Interrupt lines 0 to 15. `error` is 0 or -EBUSY. */
kmem_status kmem_sim_request_irq(kmem_sim *machine, unsigned line, const char *name, kmem_callback_id handler,
                                 uint64_t argument, int *error);
kmem_status kmem_sim_free_irq(kmem_sim *machine, unsigned line);
/* The device asserts the line: the handler runs now, or as soon as interrupts are on. */
kmem_status kmem_sim_raise_irq(kmem_sim *machine, unsigned line);

/* Runs everything that can run at once, until nothing is left. */
kmem_status kmem_sim_run_pending(kmem_sim *machine);
/* Idles for a time, with all that becomes due in it. */
kmem_status kmem_sim_advance(kmem_sim *machine, uint64_t nanoseconds);
uint64_t kmem_sim_nanoseconds(const kmem_sim *machine); /* since boot */

/* ---- Faults ----------------------------------------------------------------------------------------------------- */
typedef enum kmem_fault {
  KMEM_FAULT_SLAB,      /* failslab */
  KMEM_FAULT_PAGE,      /* fail_page_alloc */
  KMEM_FAULT_USER_COPY, /* fail_usercopy */
  KMEM_FAULT_TRYLOCK    /* another CPU holds the lock; only for kmem_sim_fail_nth() and scripts */
} kmem_fault;

/* A capability's files in debugfs. Fields that a capability does not have are ignored. */
struct kmem_fault_attr {
  uint64_t probability; /* percent */
  uint64_t interval;
  int32_t times; /* -1: no limit */
  int32_t space;
  uint64_t verbose;
  int task_filter;
  int ignore_gfp_wait;    /* slab, page */
  int ignore_gfp_highmem; /* page */
  uint32_t min_order;     /* page */
  int cache_filter;       /* slab */
};
/* KMEM_UNSUPPORTED when the machine's kernel was built without it. Setting it makes the kernel's own injection decide
 * again after kmem_sim_fail_nth() or kmem_sim_fail_script(). */
kmem_status kmem_sim_fault_get(const kmem_sim *machine, kmem_fault fault, struct kmem_fault_attr *attr);
kmem_status kmem_sim_fault_set(kmem_sim *machine, kmem_fault fault, const struct kmem_fault_attr *attr);
/* /proc/self/make-it-fail of the running thread. */
kmem_status kmem_sim_make_it_fail(kmem_sim *machine, int on);

/* From now on the n-th request, from 1, fails that is one of `faults` (bits 1 << kmem_fault), and no other. 0: none. */
kmem_status kmem_sim_fail_nth(kmem_sim *machine, uint32_t faults, uint64_t n);
/* From now on requests fail as in the run whose decisions `script` is. `problem` (may be NULL) says what is wrong with
 * it when the result is KMEM_BAD_ARGUMENT. */
kmem_status kmem_sim_fail_script(kmem_sim *machine, const char *script, char *problem, size_t problem_size);
/* How many requests there were, and how many of them failed. */
kmem_status kmem_sim_decisions(const kmem_sim *machine, uint64_t *asked, uint64_t *failed);
/* All decisions so far as text for kmem_sim_fail_script(). Belongs to the machine; good until the next call. */
const char *kmem_sim_decision_text(kmem_sim *machine);

#ifdef __cplusplus
}
#endif
#endif
