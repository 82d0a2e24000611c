// Slab memory to the page allocator, and the other way round.
#include <linux/slab.h>

int swap_them(void)
{
	void *object = kmalloc(4096, GFP_KERNEL);
	unsigned long page = __get_free_page(GFP_KERNEL);

	free_pages((unsigned long)object, 0); // expect: kmem-mismatched-free
	kfree((void *)page);		      // expect: kmem-mismatched-free
	return 0;
}
