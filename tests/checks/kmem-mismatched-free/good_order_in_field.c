#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct ring {
	unsigned long pages;
	unsigned int order;
};

int ring_open(struct ring *ring, unsigned int order)
{
	ring->order = order;
	ring->pages = __get_free_pages(GFP_KERNEL, ring->order);
	return ring->pages ? 0 : -ENOMEM;
}

void ring_close(struct ring *ring)
{
	free_pages(ring->pages, ring->order);
}
