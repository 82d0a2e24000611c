#include <linux/mm.h>

struct second {
	void *data;
};

int second_init(struct second *s, size_t size)
{
	s->data = vmalloc(size);
	return s->data ? 0 : -ENOMEM;
}

void second_release(struct second *s)
{
	vfree(s->data);
}
