#include <linux/mm.h>

int scratch(int n)
{
	int *values = kcalloc(16, sizeof(int), GFP_KERNEL);
	int result;

	if (!values)
		return -ENOMEM;
	values[0] = n;
	result = values[n & 15];
	vfree(values); // expect: kmem-mismatched-free
	return result;
}
