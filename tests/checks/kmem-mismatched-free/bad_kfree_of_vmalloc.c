#include <linux/mm.h>

int image_check(size_t size)
{
	u8 *image = vmalloc(size);
	int ok;

	if (!image)
		return -ENOMEM;
	ok = image[0] == 0x55;
	kfree(image); // expect: kmem-mismatched-free
	return ok;
}
