#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct ring {
	unsigned long pages;
};

int ring_open(struct ring *ring)
{
	ring->pages = __get_free_pages(GFP_KERNEL, 3);
	return ring->pages ? 0 : -ENOMEM;
}

void ring_close(struct ring *ring)
{
	free_pages(ring->pages, 2); // expect: kmem-mismatched-free
}
