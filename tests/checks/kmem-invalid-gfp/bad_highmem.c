// Slab memory is always mapped.
#include <linux/slab.h>

void *frame_buffer(void)
{
	return kmalloc(4096, GFP_KERNEL | __GFP_HIGHMEM); // expect: kmem-invalid-gfp
}

void *object_new(struct kmem_cache *cache)
{
	return kmem_cache_alloc(cache, GFP_HIGHUSER); // expect: kmem-invalid-gfp
}
