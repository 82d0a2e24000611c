// Elements come back used.
#include <linux/mempool.h>

void *io_new(mempool_t *pool)
{
	return mempool_alloc(pool, GFP_NOIO | __GFP_ZERO); // expect: kmem-invalid-gfp
}
