#include <linux/mempool.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

void *sink[10];

void usual(mempool_t *pool, size_t size)
{
	sink[0] = kmalloc(64, GFP_KERNEL | GFP_DMA);
	sink[1] = kmalloc(64, GFP_ATOMIC | GFP_DMA);
	sink[2] = kzalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	sink[3] = kzalloc(64, GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY);
	sink[4] = kmalloc(64, GFP_ATOMIC | __GFP_NOWARN);
	sink[5] = alloc_page(GFP_HIGHUSER);
	sink[6] = alloc_page(GFP_KERNEL | GFP_DMA32);
	sink[7] = mempool_alloc(pool, GFP_ATOMIC);
	sink[8] = kvmalloc(size, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	sink[9] = __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_HIGHMEM);
}
