// Inline locks without a lock type.
#include <linux/bit_spinlock.h>
#include <linux/highmem.h>
#include <linux/slab.h>

void *slot_fill(unsigned long *word)
{
	void *value;

	bit_spin_lock(0, word);
	value = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	bit_spin_unlock(0, word);
	return value;
}

void *page_copy(struct page *page)
{
	void *from = kmap_atomic(page);
	void *copy = kmalloc(4096, GFP_KERNEL); // expect: kmem-atomic-gfp

	if (copy)
		memcpy(copy, from, 4096);
	kunmap_atomic(from);
	return copy;
}
