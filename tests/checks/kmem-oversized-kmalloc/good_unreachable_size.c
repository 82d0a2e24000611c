// The big size takes the other branch.
#include <linux/mm.h>

static void *table_new(size_t bytes)
{
	if (bytes > KMALLOC_MAX_SIZE)
		return vzalloc(bytes);
	return kzalloc(bytes, GFP_KERNEL);
}

void *big_table(void)
{
	return table_new(16 << 20);
}

void *small_table(void)
{
	return table_new(4096);
}
