// The field holds vmalloc memory from the resize on; both are released through a helper that can tell.
#include <linux/mm.h>

struct table {
	void *slots;
};

static void slots_free(void *slots)
{
	kvfree(slots);
}

int table_init(struct table *t)
{
	t->slots = kzalloc(512, GFP_KERNEL);
	return t->slots ? 0 : -ENOMEM;
}

int table_resize(struct table *t, size_t size)
{
	void *slots = vzalloc(size);

	if (!slots)
		return -ENOMEM;
	slots_free(t->slots);
	t->slots = slots;
	return 0;
}

void table_release(struct table *t)
{
	slots_free(t->slots);
}
