#include <linux/dmapool.h>

struct engine {
	struct dma_pool *small, *large;
};

int engine_test(struct engine *e)
{
	dma_addr_t handle;
	void *desc = dma_pool_alloc(e->small, GFP_KERNEL, &handle);

	if (!desc)
		return -ENOMEM;
	dma_pool_free(e->large, desc, handle); // expect: kmem-mismatched-free
	return 0;
}
