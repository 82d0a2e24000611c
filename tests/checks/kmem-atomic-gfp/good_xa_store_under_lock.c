// __xa_store drops the lock of its array when it has to block.
#include <linux/gfp.h>
#include <linux/xarray.h>

void *table_set(struct xarray *table, unsigned long index, void *entry)
{
	void *old;

	xa_lock(table);
	old = __xa_store(table, index, entry, GFP_KERNEL);
	xa_unlock(table);
	return old;
}
