#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct request {
	u32 length;
};

static long card_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct request request;

	if (copy_from_user(&request, (void __user *)arg, sizeof(request)))
		return -EFAULT;
	if (request.length > 65536)
		return -EMSGSIZE;
	file->private_data = kmalloc(request.length, GFP_KERNEL);
	return file->private_data ? 0 : -ENOMEM;
}

const struct file_operations card_fops = { .unlocked_ioctl = card_ioctl };
