// The branch that chose the allocator chooses the release.
#include <linux/mm.h>

int sort(unsigned int n, bool large)
{
	int *scratch = large ? vmalloc(n) : kmalloc(n, GFP_KERNEL);

	if (!scratch)
		return -ENOMEM;
	scratch[0] = 0;
	if (large)
		vfree(scratch);
	else
		kfree(scratch);
	return 0;
}
