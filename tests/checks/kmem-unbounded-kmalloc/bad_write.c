// write(2) takes what the user says, up to 2 GiB.
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static ssize_t log_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	char *text = kmalloc(count + 1, GFP_KERNEL); // expect: kmem-unbounded-kmalloc

	if (!text)
		return -ENOMEM;
	if (copy_from_user(text, from, count)) {
		kfree(text);
		return -EFAULT;
	}
	text[count] = 0;
	file->private_data = text;
	return count;
}

const struct file_operations log_fops = { .write = log_write };
