#include <linux/device.h>
#include <linux/slab.h>

int name_check(struct device *dev)
{
	char *name = kzalloc(16, GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	devm_kfree(dev, name); // expect: kmem-mismatched-free
	return 0;
}
