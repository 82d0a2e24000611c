// Two structs with a field of the same name and different allocators.
#include <linux/mm.h>

struct first {
	void *data;
};

int first_init(struct first *f)
{
	f->data = kmalloc(64, GFP_KERNEL);
	return f->data ? 0 : -ENOMEM;
}

void first_release(struct first *f)
{
	kfree(f->data);
}
