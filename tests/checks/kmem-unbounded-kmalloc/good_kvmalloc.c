// Not kmalloc: large sizes are served from vmalloc space.
#include <linux/mm.h>
#include <linux/uaccess.h>

struct table {
	u32 bytes;
};

void *table_load(const void __user *from)
{
	struct table table;

	if (copy_from_user(&table, from, sizeof(table)))
		return NULL;
	return kvmalloc(table.bytes, GFP_KERNEL);
}
