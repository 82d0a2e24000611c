// What KASAN wants to know from the page allocator: kasan_unpoison_pages() and kasan_poison_pages() of mm/page_alloc.c.
#pragma once

#include "runtime/kernel/layout.h"

namespace kmem::sim {

class PageSanitizer {
public:
  virtual ~PageSanitizer() = default;
  virtual void pagesAllocated(Pfn first, unsigned order) = 0;
  virtual void pagesFreed(Pfn first, unsigned order) = 0;
};

} // namespace kmem::sim
