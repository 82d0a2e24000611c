// What happens to the struct pages of a block between the free lists and its owner: set up when handed out, checked and
// cleared when it comes back, with the kernel's reports about pages that are in no state to be freed.
#pragma once

#include "runtime/alloc/free_observer.h"
#include "runtime/alloc/page_allocator_state.h"
#include "runtime/alloc/page_sanitizer.h"

namespace kmem::sim {

class PagePreparation {
public:
  explicit PagePreparation(Kernel &kernel);

  /// prep_new_page(): one reference, zeroed when asked for, compound when asked for.
  void handOut(Pfn pfn, unsigned order, Gfp gfp, bool fromReserves);
  /// check_new_pages(): a page whose count or flags are wrong is reported and lost.
  bool isGoodToHandOut(Pfn pfn, unsigned order);
  /// free_pages_prepare(): false when a page is in a bad state; then the block is lost.
  bool takeBack(Pfn pfn, unsigned order);
  /// put_page_testzero(): drops a reference; true when it was the last one.
  bool dropReference(Pfn pfn, const CodeSite &by);
  /// VM_BUG_ON_PAGE(): dumps the page and dies.
  [[noreturn]] void bugOnPage(Pfn pfn, const char *condition, const CodeSite &site);

  void setObserver(FreeObserver *freeObserver) { observer = freeObserver; }
  void setSanitizer(PageSanitizer *pageSanitizer) { sanitizer = pageSanitizer; }
  bool checksPages() const { return checks; }

private:
  const char *badReason(const Page &page, bool onFree) const;
  void reportBadPage(Pfn pfn, const char *reason);
  bool takeBackTail(Pfn head, Pfn pfn, bool compound);

  Kernel &kernel;
  FreeObserver *observer = nullptr;
  PageSanitizer *sanitizer = nullptr;
  const bool checks; ///< check_pages_enabled
};

/// dump_page(): what the kernel says of a struct page, line by line.
void dumpPage(Kernel &kernel, Pfn pfn, const char *reason);

} // namespace kmem::sim
