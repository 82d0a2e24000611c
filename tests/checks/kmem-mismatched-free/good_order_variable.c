// The order is remembered.
#include <linux/gfp.h>

struct ring {
	unsigned long pages;
	unsigned int order;
};

int ring_init(struct ring *r, unsigned int order)
{
	r->order = order;
	r->pages = __get_free_pages(GFP_KERNEL, order);
	return r->pages ? 0 : -ENOMEM;
}

void ring_release(struct ring *r)
{
	free_pages(r->pages, r->order);
}
