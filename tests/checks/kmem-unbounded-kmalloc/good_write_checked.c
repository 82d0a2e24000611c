#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static ssize_t name_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	char *name;

	if (count == 0 || count >= 64)
		return -EINVAL;
	name = kzalloc(count + 1, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	if (copy_from_user(name, from, count)) {
		kfree(name);
		return -EFAULT;
	}
	file->private_data = name;
	return count;
}

const struct file_operations name_fops = { .write = name_write };
