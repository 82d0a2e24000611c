// vunmap is not deferred as vfree is.
#include <linux/bottom_half.h>
#include <linux/vmalloc.h>

void *remap(struct page **pages, void *old)
{
	void *address;

	local_bh_disable();
	vunmap(old);		      // expect: kmem-atomic-vmalloc
	address = vmap(pages, 4, VM_MAP, 0); // expect: kmem-atomic-vmalloc
	local_bh_enable();
	return address;
}
