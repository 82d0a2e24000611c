#include <linux/mempool.h>
#include <linux/slab.h>

int io_test(mempool_t *pool, int broken)
{
	void *io = mempool_alloc(pool, GFP_NOIO);

	if (broken) {
		kfree(io); // expect: kmem-mismatched-free
		return -EINVAL;
	}
	mempool_free(io, pool);
	return 0;
}
