// Ownership moves out of the scope.
#include <linux/mm.h>

struct holder {
	void *mem;
};

int holder_fill(struct holder *h)
{
	void *mem __free(kfree) = kzalloc(64, GFP_KERNEL);

	if (!mem)
		return -ENOMEM;
	h->mem = no_free_ptr(mem);
	return 0;
}

void holder_drop(struct holder *h)
{
	kfree(h->mem);
}
