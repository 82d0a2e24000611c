// Works as long as the memory is not fragmented.
#include <linux/mm.h>

struct set {
	u32 *ids;
};

int set_init(struct set *set, unsigned int n)
{
	set->ids = kvmalloc_array(n, sizeof(u32), GFP_KERNEL);
	return set->ids ? 0 : -ENOMEM;
}

void set_release(struct set *set)
{
	kfree(set->ids); // expect: kmem-mismatched-free
}
