#include <linux/mm.h>

int count_zeros(unsigned int n)
{
	u8 *map = kvzalloc(n, GFP_KERNEL);
	int zeros = 0;

	if (!map)
		return -ENOMEM;
	while (n--)
		zeros += !map[n];
	vfree(map); // expect: kmem-mismatched-free
	return zeros;
}
