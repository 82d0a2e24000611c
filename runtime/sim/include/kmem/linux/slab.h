#ifndef KMEM_LINUX_SLAB_H
#define KMEM_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define SLAB_HWCACHE_ALIGN ((slab_flags_t)KMEM_SLAB_HWCACHE_ALIGN)
#define SLAB_PANIC ((slab_flags_t)KMEM_SLAB_PANIC)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)KMEM_SLAB_RECLAIM_ACCOUNT)
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
#define SLAB_ACCOUNT ((slab_flags_t)KMEM_SLAB_ACCOUNT)
#define SLAB_CACHE_DMA ((slab_flags_t)KMEM_SLAB_CACHE_DMA)
#define SLAB_CACHE_DMA32 ((slab_flags_t)KMEM_SLAB_CACHE_DMA32)
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)KMEM_SLAB_TYPESAFE_BY_RCU)
#define SLAB_POISON ((slab_flags_t)KMEM_SLAB_POISON)
#define SLAB_RED_ZONE ((slab_flags_t)KMEM_SLAB_RED_ZONE)
#define SLAB_STORE_USER ((slab_flags_t)KMEM_SLAB_STORE_USER)
#define SLAB_CONSISTENCY_CHECKS ((slab_flags_t)KMEM_SLAB_CONSISTENCY_CHECKS)
#define SLAB_FAILSLAB ((slab_flags_t)KMEM_SLAB_FAILSLAB)
#define SLAB_NO_MERGE ((slab_flags_t)KMEM_SLAB_NO_MERGE)

#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(pointer) ((unsigned long)(pointer) <= (unsigned long)ZERO_SIZE_PTR)
#define ARCH_KMALLOC_MINALIGN 8
#define KMALLOC_MAX_SIZE (1UL << 22)
#define KMALLOC_MAX_CACHE_SIZE (1UL << 13)

static inline void *kmalloc(size_t size, gfp_t gfp) { return kmem_native_kmalloc(size, gfp); }
static inline void *kzalloc(size_t size, gfp_t gfp) { return kmem_native_kmalloc(size, gfp | __GFP_ZERO); }
static inline void *kmalloc_array(size_t count, size_t size, gfp_t gfp) {
  return kmem_native_kmalloc_array(count, size, gfp);
}
static inline void *kcalloc(size_t count, size_t size, gfp_t gfp) {
  return kmem_native_kmalloc_array(count, size, gfp | __GFP_ZERO);
}
#define kmalloc_node(size, gfp, node) kmalloc(size, gfp)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kmalloc_array_node(count, size, gfp, node) kmalloc_array(count, size, gfp)
#define kcalloc_node(count, size, gfp, node) kcalloc(count, size, gfp)
static inline __must_check void *krealloc(const void *object, size_t size, gfp_t gfp) {
  return kmem_native_krealloc(object, size, gfp);
}
static inline __must_check void *krealloc_array(void *object, size_t count, size_t size, gfp_t gfp) {
  return kmem_native_krealloc_array(object, count, size, gfp);
}
static inline void kfree(const void *object) { kmem_native_kfree(object); }
static inline void kfree_sensitive(const void *object) { kmem_native_kfree_sensitive(object); }
static inline void kfree_const(const void *object) { kmem_native_kfree_const(object); }
static inline size_t ksize(const void *object) { return kmem_native_ksize(object); }

static inline void *kvmalloc(size_t size, gfp_t gfp) { return kmem_native_kvmalloc(size, gfp); }
static inline void *kvzalloc(size_t size, gfp_t gfp) { return kmem_native_kvmalloc(size, gfp | __GFP_ZERO); }
static inline void *kvmalloc_array(size_t count, size_t size, gfp_t gfp) {
  return kmem_native_kvmalloc_array(count, size, gfp);
}
static inline void *kvcalloc(size_t count, size_t size, gfp_t gfp) {
  return kmem_native_kvmalloc_array(count, size, gfp | __GFP_ZERO);
}
#ifdef KMEM_LINUX_6_1
static inline void *kvrealloc(const void *old, size_t old_size, size_t size, gfp_t gfp) {
  return kmem_native_kvrealloc(old, old_size, size, gfp);
}
#else
static inline void *kvrealloc(const void *old, size_t size, gfp_t gfp) {
  return kmem_native_kvrealloc(old, 0, size, gfp);
}
#endif
static inline void kvfree(const void *address) { kmem_native_kvfree(address); }
static inline void kvfree_sensitive(const void *address, size_t size) { kmem_native_kvfree_sensitive(address, size); }

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned size, unsigned align, slab_flags_t flags,
                                                   void (*constructor)(void *)) {
  return kmem_native_cache_create(name, size, align, flags, constructor);
}
#define KMEM_CACHE(type, flags) kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)
static inline void kmem_cache_destroy(struct kmem_cache *cache) { kmem_native_cache_destroy(cache); }
static inline int kmem_cache_shrink(struct kmem_cache *cache) { return kmem_native_cache_shrink(cache); }
static inline unsigned kmem_cache_size(struct kmem_cache *cache) { return kmem_native_cache_size(cache); }
static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) {
  return kmem_native_cache_alloc(cache, gfp);
}
static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp) {
  return kmem_native_cache_alloc(cache, gfp | __GFP_ZERO);
}
#define kmem_cache_alloc_node(cache, gfp, node) kmem_cache_alloc(cache, gfp)
static inline void kmem_cache_free(struct kmem_cache *cache, void *object) { kmem_native_cache_free(cache, object); }
static inline int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t count, void **objects) {
  return kmem_native_cache_alloc_bulk(cache, gfp, count, objects);
}
static inline void kmem_cache_free_bulk(struct kmem_cache *cache, size_t count, void **objects) {
  kmem_native_cache_free_bulk(cache, count, objects);
}

#include <linux/string.h>

#endif
