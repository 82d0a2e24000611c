// kvfree takes slab and vmalloc memory.
#include <linux/mm.h>

static void *table_alloc(size_t size)
{
	if (size > PAGE_SIZE)
		return vzalloc(size);
	return kzalloc(size, GFP_KERNEL);
}

int table_probe(size_t size)
{
	u32 *table = table_alloc(size);
	int first;

	if (!table)
		return -ENOMEM;
	first = table[0];
	kvfree(table);
	return first;
}
