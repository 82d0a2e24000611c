#include <linux/mm.h>

void blob_put(void *blob);

int blob_test(size_t size)
{
	u8 *blob = vmalloc(size);

	if (!blob)
		return -ENOMEM;
	blob[0] = 1;
	blob_put(blob);
	return 0;
}
