// Every allocator with a gfp argument, not only kmalloc.
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static void *sink[8];

void take_all(spinlock_t *lock, struct device *dev, struct kmem_cache *cache, mempool_t *pool, dma_addr_t *handle)
{
	spin_lock(lock);
	sink[0] = kmem_cache_alloc(cache, GFP_KERNEL);	     // expect: kmem-atomic-gfp
	sink[1] = mempool_alloc(pool, GFP_NOIO);	     // expect: kmem-atomic-gfp
	sink[2] = alloc_page(GFP_KERNEL);		     // expect: kmem-atomic-gfp
	sink[3] = devm_kzalloc(dev, 64, GFP_KERNEL);	     // expect: kmem-atomic-gfp
	sink[4] = kstrdup("name", GFP_KERNEL);		     // expect: kmem-atomic-gfp
	sink[5] = dma_alloc_coherent(dev, 64, handle, GFP_KERNEL); // expect: kmem-atomic-gfp
	sink[6] = alloc_percpu(int);			     // expect: kmem-atomic-gfp
	sink[7] = kvmalloc(64, GFP_KERNEL);		     // expect: kmem-atomic-gfp
	spin_unlock(lock);
}
