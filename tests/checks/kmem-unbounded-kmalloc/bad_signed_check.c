// A negative length passes the check and becomes a huge size.
#include <linux/slab.h>
#include <linux/uaccess.h>

void *blob_load(const void __user *from)
{
	int length;

	if (copy_from_user(&length, from, sizeof(length)))
		return NULL;
	if (length > 4096)
		return NULL;
	return kmalloc(length, GFP_KERNEL); // expect: kmem-unbounded-kmalloc
}
