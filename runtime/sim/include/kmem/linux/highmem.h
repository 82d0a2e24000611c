/* There is no high memory on x86-64. */
#ifndef KMEM_LINUX_HIGHMEM_H
#define KMEM_LINUX_HIGHMEM_H

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

static inline void *kmap(struct page *page) {
  might_sleep();
  return page_address(page);
}
static inline void kunmap(struct page *page) { might_sleep(); }
static inline void *kmap_local_page(struct page *page) { return page_address(page); }
static inline void kunmap_local(const void *address) {}
static inline void clear_highpage(struct page *page) { memset(page_address(page), 0, PAGE_SIZE); }

#endif
