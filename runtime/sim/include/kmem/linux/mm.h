#ifndef KMEM_LINUX_MM_H
#define KMEM_LINUX_MM_H

#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define offset_in_page(pointer) ((unsigned long)(pointer) & ~PAGE_MASK)
#define MAX_PAGE_ORDER 10

/* Its size is for the arithmetic of "page + 1"; what is in it is the machine's. */
struct page {
  unsigned char opaque[64];
};

static inline int get_order(unsigned long size) {
  int order = 0;
  for (size = (size - 1) >> PAGE_SHIFT; size; size >>= 1)
    ++order;
  return order;
}
static inline void *page_address(const struct page *page) { return kmem_native_page_address(page); }
#define page_to_virt(page) page_address(page)
static inline struct page *virt_to_page(const void *address) { return kmem_native_virt_to_page(address); }
static inline unsigned long page_to_pfn(const struct page *page) { return kmem_native_page_to_pfn(page); }
static inline struct page *pfn_to_page(unsigned long pfn) { return kmem_native_pfn_to_page(pfn); }
static inline phys_addr_t page_to_phys(const struct page *page) { return (phys_addr_t)page_to_pfn(page) << PAGE_SHIFT; }
static inline phys_addr_t virt_to_phys(const volatile void *address) {
  return kmem_native_virt_to_phys((const void *)address);
}
static inline void *phys_to_virt(phys_addr_t physical) { return kmem_native_phys_to_virt(physical); }
#define __pa(address) virt_to_phys((const void *)(address))
#define __va(physical) phys_to_virt(physical)
static inline void get_page(struct page *page) { kmem_native_get_page(page); }
static inline void put_page(struct page *page) { kmem_native_put_page(page); }

#endif
