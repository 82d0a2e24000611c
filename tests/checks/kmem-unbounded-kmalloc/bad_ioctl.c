#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct request {
	u32 length;
	u32 flags;
};

static long card_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct request request;
	void *buffer;

	if (copy_from_user(&request, (void __user *)arg, sizeof(request)))
		return -EFAULT;
	buffer = kmalloc(request.length, GFP_KERNEL); // expect: kmem-unbounded-kmalloc
	if (!buffer)
		return -ENOMEM;
	file->private_data = buffer;
	return 0;
}

const struct file_operations card_fops = { .unlocked_ioctl = card_ioctl };
