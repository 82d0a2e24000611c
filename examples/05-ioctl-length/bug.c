// An ioctl uploads a table whose length the caller chooses.
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct upload {
	u64 address;
	u32 entries;
	u32 reserved;
};

static void *table_from_user(const struct upload *upload)
{
	size_t bytes = upload->entries * sizeof(u64);
	void *table = kmalloc(bytes, GFP_KERNEL);

	if (!table)
		return NULL;
	if (copy_from_user(table, (void __user *)upload->address, bytes)) {
		kfree(table);
		return NULL;
	}
	return table;
}

static long codec_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct upload upload;

	if (copy_from_user(&upload, (void __user *)arg, sizeof(upload)))
		return -EFAULT;
	file->private_data = table_from_user(&upload);
	return file->private_data ? 0 : -ENOMEM;
}

const struct file_operations codec_fops = { .unlocked_ioctl = codec_ioctl };
