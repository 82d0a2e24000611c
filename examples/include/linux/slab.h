#ifndef _STUB_SLAB_H
#define _STUB_SLAB_H
#include <linux/cleanup.h>
#include <linux/gfp.h>
#include <linux/overflow.h>

#define KMALLOC_SHIFT_HIGH (PAGE_SHIFT + 1)
#define KMALLOC_SHIFT_MAX (MAX_PAGE_ORDER + PAGE_SHIFT)
#define KMALLOC_MAX_SIZE (1UL << KMALLOC_SHIFT_MAX)
#define KMALLOC_MAX_CACHE_SIZE (1UL << KMALLOC_SHIFT_HIGH)

struct kmem_cache;
struct kmem_cache *__kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
				       void (*ctor)(void *));
#define kmem_cache_create(...) __kmem_cache_create(__VA_ARGS__)
void kmem_cache_destroy(struct kmem_cache *s);
void *kmem_cache_alloc_noprof(struct kmem_cache *s, gfp_t flags);
void kmem_cache_free(struct kmem_cache *s, void *x);
#define kmem_cache_alloc(...) alloc_hooks(kmem_cache_alloc_noprof(__VA_ARGS__))
#define kmem_cache_zalloc(_k, _flags) kmem_cache_alloc(_k, (_flags) | __GFP_ZERO)

void *__kmalloc_noprof(size_t size, gfp_t flags);
void *__kvmalloc_node_noprof(size_t size, gfp_t flags, int node);
void *krealloc_noprof(const void *objp, size_t new_size, gfp_t flags);
void kfree(const void *objp);
void kfree_sensitive(const void *objp);
void kvfree(const void *addr);

static __always_inline void *kmalloc_noprof(size_t size, gfp_t flags) { return __kmalloc_noprof(size, flags); }
static inline void *kzalloc_noprof(size_t size, gfp_t flags) { return kmalloc_noprof(size, flags | __GFP_ZERO); }
static inline void *kmalloc_array_noprof(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc_noprof(bytes, flags);
}
static inline void *kvmalloc_array_node_noprof(size_t n, size_t size, gfp_t flags, int node)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return __kvmalloc_node_noprof(bytes, flags, node);
}

#define kmalloc(...) alloc_hooks(kmalloc_noprof(__VA_ARGS__))
#define kzalloc(...) alloc_hooks(kzalloc_noprof(__VA_ARGS__))
#define krealloc(...) alloc_hooks(krealloc_noprof(__VA_ARGS__))
#define kmalloc_array(...) alloc_hooks(kmalloc_array_noprof(__VA_ARGS__))
#define kcalloc(n, size, flags) kmalloc_array(n, size, (flags) | __GFP_ZERO)
#define kvmalloc(size, flags) alloc_hooks(__kvmalloc_node_noprof(size, flags, NUMA_NO_NODE))
#define kvzalloc(size, flags) kvmalloc(size, (flags) | __GFP_ZERO)
#define kvmalloc_array(n, size, flags) alloc_hooks(kvmalloc_array_node_noprof(n, size, flags, NUMA_NO_NODE))

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif
