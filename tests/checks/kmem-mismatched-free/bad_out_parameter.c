// The allocation comes back through a pointer argument.
#include <linux/mm.h>

static int image_get(void **image, size_t size)
{
	void *p = vmalloc(size);

	if (!p)
		return -ENOMEM;
	*image = p;
	return 0;
}

int image_test(size_t size)
{
	void *image;

	if (image_get(&image, size))
		return -ENOMEM;
	kfree(image); // expect: kmem-mismatched-free
	return 0;
}
