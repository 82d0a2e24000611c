#ifndef _STUB_GFP_H
#define _STUB_GFP_H
#include <linux/gfp_types.h>

struct page {
	unsigned long flags;
};
struct page *alloc_pages_noprof(gfp_t gfp, unsigned int order);
unsigned long get_free_pages_noprof(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page_noprof(gfp_t gfp);
void *alloc_pages_exact_noprof(size_t size, gfp_t gfp);
void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
void free_pages_exact(void *virt, size_t size);
void put_page(struct page *page);
void *page_address(const struct page *page);

#define alloc_pages(...) alloc_hooks(alloc_pages_noprof(__VA_ARGS__))
#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __get_free_pages(...) alloc_hooks(get_free_pages_noprof(__VA_ARGS__))
#define __get_free_page(gfp) __get_free_pages((gfp), 0)
#define get_zeroed_page(...) alloc_hooks(get_zeroed_page_noprof(__VA_ARGS__))
#define alloc_pages_exact(...) alloc_hooks(alloc_pages_exact_noprof(__VA_ARGS__))
#define __free_page(page) __free_pages((page), 0)
#define free_page(addr) free_pages((addr), 0)

static inline bool gfpflags_allow_blocking(const gfp_t gfp) { return !!(gfp & __GFP_DIRECT_RECLAIM); }

#endif
