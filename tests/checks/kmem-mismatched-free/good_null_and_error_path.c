// Freeing NULL is fine; the goto chain frees only what there is.
#include <linux/mm.h>

int pair_test(size_t size)
{
	void *first = NULL, *second = NULL;
	int ret = -ENOMEM;

	first = kmalloc(64, GFP_KERNEL);
	if (!first)
		goto out;
	second = vmalloc(size);
	if (!second)
		goto out;
	ret = 0;
out:
	vfree(second);
	kfree(first);
	return ret;
}
