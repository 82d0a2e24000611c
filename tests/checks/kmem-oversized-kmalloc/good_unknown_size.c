// Nothing is known about the count: no claim.
#include <linux/slab.h>

struct item {
	u64 key, value;
};

struct item *items_new(unsigned int count)
{
	return kcalloc(count, sizeof(struct item), GFP_KERNEL);
}
