#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* What an allocator's own body does with a size is judged where the allocator is called. */
static void *from_slab(size_t size, gfp_t flags)
{
	if (size > PAGE_SIZE)
		flags |= __GFP_NOWARN; /* there is another way */
	return kmalloc(size, flags);
}

void *__kvmalloc_node_noprof(size_t size, gfp_t flags, int node)
{
	return from_slab(size, flags);
}

static long card_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	u32 length;

	if (copy_from_user(&length, (void __user *)arg, sizeof(length)))
		return -EFAULT;
	file->private_data = kvmalloc(length, GFP_KERNEL);
	return file->private_data ? 0 : -ENOMEM;
}

const struct file_operations card_fops = { .unlocked_ioctl = card_ioctl };
