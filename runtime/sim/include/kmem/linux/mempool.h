/* Pools over kmalloc, a slab cache or pages; pools with functions of the caller's own are not part of this. */
#ifndef KMEM_LINUX_MEMPOOL_H
#define KMEM_LINUX_MEMPOOL_H

#include <linux/gfp.h>
#include <linux/slab.h>

typedef struct mempool_s mempool_t;

static inline mempool_t *mempool_create_kmalloc_pool(int minimum, size_t size) {
  return kmem_native_mempool_create_kmalloc(minimum, size);
}
static inline mempool_t *mempool_create_slab_pool(int minimum, struct kmem_cache *cache) {
  return kmem_native_mempool_create_slab(minimum, cache);
}
static inline mempool_t *mempool_create_page_pool(int minimum, int order) {
  return kmem_native_mempool_create_pages(minimum, order);
}
static inline void mempool_destroy(mempool_t *pool) { kmem_native_mempool_destroy(pool); }
static inline int mempool_resize(mempool_t *pool, int minimum) { return kmem_native_mempool_resize(pool, minimum); }
static inline void *mempool_alloc(mempool_t *pool, gfp_t gfp) { return kmem_native_mempool_alloc(pool, gfp); }
static inline void mempool_free(void *element, mempool_t *pool) { kmem_native_mempool_free(element, pool); }

#endif
