#ifndef _STUB_MEMPOOL_H
#define _STUB_MEMPOOL_H
#include <linux/gfp.h>

typedef struct mempool_s mempool_t;
void *mempool_alloc_noprof(mempool_t *pool, gfp_t gfp);
#define mempool_alloc(...) alloc_hooks(mempool_alloc_noprof(__VA_ARGS__))
void mempool_free(void *element, mempool_t *pool);

#endif
