#ifndef _STUB_HIGHMEM_H
#define _STUB_HIGHMEM_H
#include <linux/gfp.h>
#include <linux/preempt.h>

static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	return page_address(page);
}
static inline void kunmap_atomic(const void *addr) { preempt_enable(); }

#endif
