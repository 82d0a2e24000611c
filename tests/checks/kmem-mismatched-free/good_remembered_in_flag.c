// A field remembers which allocator it was.
#include <linux/mm.h>

struct store {
	void *bytes;
	bool virtual;
};

int store_init(struct store *s, size_t size)
{
	s->bytes = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	s->virtual = false;
	if (!s->bytes) {
		s->bytes = vmalloc(size);
		s->virtual = true;
	}
	return s->bytes ? 0 : -ENOMEM;
}

void store_release(struct store *s)
{
	if (s->virtual)
		vfree(s->bytes);
	else
		kfree(s->bytes);
}
