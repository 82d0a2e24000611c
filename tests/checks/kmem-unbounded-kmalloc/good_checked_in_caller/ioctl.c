// The bound stands in another file than the allocation.
#include <linux/uaccess.h>

struct upload {
	u32 bytes;
};

int image_alloc(void **slot, size_t bytes);

int upload_start(void **slot, const void __user *from)
{
	struct upload upload;

	if (copy_from_user(&upload, from, sizeof(upload)))
		return -EFAULT;
	if (upload.bytes > 1 << 20)
		return -EINVAL;
	return image_alloc(slot, upload.bytes);
}
