// What the user says chooses among sizes; it is none.
#include <linux/slab.h>
#include <linux/uaccess.h>

void *mode_buffer(const void __user *from)
{
	u32 mode;

	if (copy_from_user(&mode, from, sizeof(mode)))
		return NULL;
	switch (mode) {
	case 0:
		return kmalloc(64, GFP_KERNEL);
	case 1:
		return kmalloc(4096, GFP_KERNEL);
	default:
		return NULL;
	}
}
