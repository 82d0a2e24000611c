// __free(kfree) runs at each return.
#include <linux/mm.h>

int image_load(size_t size, u8 *out)
{
	u8 *image __free(kfree) = vmalloc(size);

	if (!image)
		return -ENOMEM;
	*out = image[size - 1];
	return 0;
} // expect: kmem-mismatched-free
