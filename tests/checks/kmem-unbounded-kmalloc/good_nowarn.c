// Whoever asks for too much is told so, and the log stays clean.
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static ssize_t frame_write(struct file *file, const char __user *from, size_t length, loff_t *at)
{
	char *frame = kmalloc(length, GFP_KERNEL | __GFP_NOWARN);

	if (!frame)
		return -ENOMEM;
	if (copy_from_user(frame, from, length)) {
		kfree(frame);
		return -EFAULT;
	}
	kfree(file->private_data);
	file->private_data = frame;
	return length;
}

const struct file_operations frame_fops = { .write = frame_write };
