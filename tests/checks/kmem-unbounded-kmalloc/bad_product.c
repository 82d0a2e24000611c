// The count is checked, but not enough.
#include <linux/slab.h>
#include <linux/uaccess.h>

struct rule {
	u64 words[32];
};
struct rules_header {
	u32 count;
};

void *rules_load(const void __user *from)
{
	struct rules_header header;

	if (copy_from_user(&header, from, sizeof(header)))
		return NULL;
	if (header.count == 0)
		return NULL;
	return kmalloc_array(header.count, sizeof(struct rule), GFP_KERNEL); // expect: kmem-unbounded-kmalloc
}
