#include <linux/slab.h>

struct station {
	int key;
};

void *station_new(int key)
{
	struct station *s = kmalloc(sizeof(*s), GFP_KERNEL); // expect: kmem-atomic-gfp

	if (s)
		s->key = key;
	return s;
}
