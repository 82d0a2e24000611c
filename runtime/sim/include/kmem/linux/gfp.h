/* Flags have the numbers of kmem/sim.h; the machine translates. Composites are those of the kernel that is built for:
 * 6.12, or 6.1 with -DKMEM_LINUX_6_1. */
#ifndef KMEM_LINUX_GFP_H
#define KMEM_LINUX_GFP_H

#include "../native.h"
#include <linux/types.h>

#define __GFP_DMA ((gfp_t)KMEM_GFP_DMA)
#define __GFP_HIGHMEM ((gfp_t)KMEM_GFP_HIGHMEM)
#define __GFP_DMA32 ((gfp_t)KMEM_GFP_DMA32)
#define __GFP_MOVABLE ((gfp_t)KMEM_GFP_MOVABLE)
#define __GFP_RECLAIMABLE ((gfp_t)KMEM_GFP_RECLAIMABLE)
#define __GFP_HIGH ((gfp_t)KMEM_GFP_HIGH)
#define __GFP_IO ((gfp_t)KMEM_GFP_IO)
#define __GFP_FS ((gfp_t)KMEM_GFP_FS)
#define __GFP_ZERO ((gfp_t)KMEM_GFP_ZERO)
#define __GFP_DIRECT_RECLAIM ((gfp_t)KMEM_GFP_DIRECT_RECLAIM)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)KMEM_GFP_KSWAPD_RECLAIM)
#define __GFP_RECLAIM ((gfp_t)KMEM_GFP_RECLAIM)
#define __GFP_WRITE ((gfp_t)KMEM_GFP_WRITE)
#define __GFP_NOWARN ((gfp_t)KMEM_GFP_NOWARN)
#define __GFP_RETRY_MAYFAIL ((gfp_t)KMEM_GFP_RETRY_MAYFAIL)
#define __GFP_NOFAIL ((gfp_t)KMEM_GFP_NOFAIL)
#define __GFP_NORETRY ((gfp_t)KMEM_GFP_NORETRY)
#define __GFP_MEMALLOC ((gfp_t)KMEM_GFP_MEMALLOC)
#define __GFP_COMP ((gfp_t)KMEM_GFP_COMP)
#define __GFP_NOMEMALLOC ((gfp_t)KMEM_GFP_NOMEMALLOC)
#define __GFP_HARDWALL ((gfp_t)KMEM_GFP_HARDWALL)
#define __GFP_THISNODE ((gfp_t)KMEM_GFP_THISNODE)
#define __GFP_ACCOUNT ((gfp_t)KMEM_GFP_ACCOUNT)

#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#ifdef KMEM_LINUX_6_1
#define __GFP_ATOMIC ((gfp_t)KMEM_GFP_ATOMIC_BIT)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT __GFP_KSWAPD_RECLAIM
#else
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#endif

static inline bool gfpflags_allow_blocking(gfp_t gfp) { return (gfp & __GFP_DIRECT_RECLAIM) != 0; }

static inline struct page *alloc_pages(gfp_t gfp, unsigned order) { return kmem_native_alloc_pages(gfp, order); }
static inline struct page *alloc_pages_node(int node, gfp_t gfp, unsigned order) { return alloc_pages(gfp, order); }
static inline void __free_pages(struct page *page, unsigned order) { kmem_native_free_pages(page, order); }
static inline unsigned long __get_free_pages(gfp_t gfp, unsigned order) {
  return kmem_native_get_free_pages(gfp, order);
}
static inline unsigned long get_zeroed_page(gfp_t gfp) { return __get_free_pages(gfp | __GFP_ZERO, 0); }
static inline void free_pages(unsigned long address, unsigned order) { kmem_native_free_pages_at(address, order); }
static inline void *alloc_pages_exact(size_t size, gfp_t gfp) { return kmem_native_alloc_pages_exact(size, gfp); }
static inline void free_pages_exact(void *address, size_t size) { kmem_native_free_pages_exact(address, size); }
#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __free_page(page) __free_pages(page, 0)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define free_page(address) free_pages(address, 0)

#endif
