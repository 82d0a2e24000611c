// Numbers that the first array still takes are too many for the second, whose elements are larger.
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct entry {
	u64 point;
	void *owner[8];
};

static long queue_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct entry *entries;
	u32 count;
	u64 *points;

	if (copy_from_user(&count, (void __user *)arg, sizeof(count)))
		return -EFAULT;
	points = kmalloc_array(count, sizeof(*points), GFP_KERNEL); // expect: kmem-unbounded-kmalloc
	if (!points)
		return -ENOMEM;
	entries = kcalloc(count, sizeof(*entries), GFP_KERNEL); // expect: kmem-unbounded-kmalloc
	kfree(points);
	if (!entries)
		return -ENOMEM;
	file->private_data = entries;
	return 0;
}

const struct file_operations queue_fops = { .unlocked_ioctl = queue_ioctl };
