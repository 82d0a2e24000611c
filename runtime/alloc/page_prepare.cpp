#include "runtime/alloc/page_prepare.h"

#include "runtime/alloc/print_line.h"

namespace kmem::sim {

namespace {

constexpr SiteByRelease compoundOrderSite = {{"free_pcp_prepare", "mm/page_alloc.c", 1459},
                                             {"free_unref_page", "mm/page_alloc.c", 1132}};
constexpr SiteByRelease tailSite = {{"free_pcp_prepare", "mm/page_alloc.c", 1420},
                                    {"free_unref_page", "mm/page_alloc.c", 1095}};
constexpr SiteByRelease refCountSite = {{"__free_pages", "include/linux/mm.h", 780},
                                        {"__free_pages", "include/linux/mm.h", 1140}};

/// Flags that no free page may have (PAGE_FLAGS_CHECK_AT_FREE).
constexpr uint16_t badWhenFreed = PageLocked | PageMlocked;

} // namespace

PagePreparation::PagePreparation(Kernel &kernel)
    // 6.12 also checks with init_on_alloc (mm/mm_init.c); 6.1 always, if not at every step.
    : kernel(kernel),
      checks(kernel.profile.debugVm || kernel.profile.initOnAlloc || !kernel.profile.release.atLeast(6, 12)) {}

void PagePreparation::handOut(Pfn pfn, unsigned order, Gfp gfp, bool fromReserves) {
  const GfpFlags &flags = kernel.profile.gfp;
  const Pfn end = pfn + (Pfn(1) << order);
  const bool compound = order && (gfp & flags.comp);
  const Page &free = kernel.memory.page(pfn);
  Page fresh{};
  fresh.owner = PageOwner::Allocated;
  fresh.zone = free.zone;
  fresh.node = free.node;
  fresh.migrateType = free.migrateType;
  fresh.mapCount = -1;
  if (order) {
    fresh.compoundHead = compound ? linkTo(pfn) : 0;
    for (Pfn tail = pfn + 1; tail < end; ++tail)
      kernel.memory.pageForWrite(tail) = fresh;
    fresh.compoundHead = 0;
  }
  fresh.order = uint8_t(order);
  fresh.refCount = 1;
  fresh.pageFlags = uint16_t((compound ? PageHead : 0) | (fromReserves ? PagePfmemalloc : 0));
  kernel.memory.pageForWrite(pfn) = fresh;
  if (sanitizer)
    sanitizer->pagesAllocated(pfn, order);
  if ((gfp & flags.zero) || kernel.profile.initOnAlloc)
    for (Pfn each = pfn; each < end; ++each)
      kernel.memory.dropFrame(each);
}

const char *PagePreparation::badReason(const Page &page, bool onFree) const {
  if (page.memcg)
    return "page still charged to cgroup";
  if (page.pageFlags & badWhenFreed)
    return onFree ? "PAGE_FLAGS_CHECK_AT_FREE flag(s) set" : "PAGE_FLAGS_CHECK_AT_PREP flag(s) set";
  if (page.owner == PageOwner::Reserved)
    return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
  if (onFree && page.owner == PageOwner::Slab && !kernel.profile.release.atLeast(6, 12))
    return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set"; // PG_slab, a page type since 6.10
  if (page.refCount)
    return "nonzero _refcount";
  if ((page.owner == PageOwner::User || page.owner == PageOwner::PageCache) && page.memory.mapping && !onFree)
    return "non-NULL mapping";
  if (page.mapCount != -1 && page.owner != PageOwner::None && page.owner != PageOwner::Slab)
    return "nonzero mapcount";
  // Where the types of slabs and of free blocks are kept.
  if (onFree && (page.owner == PageOwner::Slab || (page.owner == PageOwner::Free && page.order != notAHead)))
    return "nonzero mapcount";
  return nullptr;
}

void PagePreparation::reportBadPage(Pfn pfn, const char *reason) {
  printLine(kernel, "BUG: Bad page state in process %s  pfn:%05lx", kernel.context.task().comm, pfn);
  dumpPage(kernel, pfn, reason);
  kernel.reports.taint(Taint::BadPage, true);
}

bool PagePreparation::isGoodToHandOut(Pfn pfn, unsigned order) {
  if (!checks)
    return true;
  for (const Pfn end = pfn + (Pfn(1) << order); pfn < end; ++pfn) {
    const Page &page = kernel.memory.page(pfn);
    if (!page.refCount && !page.pageFlags && !page.memcg) [[likely]]
      continue;
    if (const char *reason = badReason(page, false)) {
      reportBadPage(pfn, reason);
      return false;
    }
  }
  return true;
}

bool PagePreparation::takeBackTail(Pfn head, Pfn pfn, bool compound) {
  bool good = true;
  const Page page = kernel.memory.page(pfn);
  if (compound && page.compoundHead != linkTo(head)) {
    reportBadPage(pfn, page.compoundHead ? "compound_head not consistent" : "PageTail not set");
    good = false;
  }
  const char *reason = checks ? badReason(page, true) : nullptr;
  if (checks && !compound && page.compoundHead && !reason)
    reason = "non-NULL mapping"; // TAIL_MAPPING of somebody else's compound page
  if (reason) {
    reportBadPage(pfn, reason);
    return false;
  }
  Page &tail = kernel.memory.pageForWrite(pfn);
  tail.owner = PageOwner::Free;
  tail.order = notAHead;
  tail.pageFlags = 0;
  tail.compoundHead = 0;
  return good;
}

bool PagePreparation::takeBack(Pfn pfn, unsigned order) {
  const Page page = kernel.memory.page(pfn);
  const bool compound = page.pageFlags & PageHead;
  if (kernel.profile.debugVm && page.compoundHead)
    bugOnPage(pfn, "PageTail(page)", tailSite.in(kernel.profile.release));
  if (kernel.profile.debugVm && compound && page.order != order)
    bugOnPage(pfn, "compound && compound_order(page) != order", compoundOrderSite.in(kernel.profile.release));
  bool good = true;
  for (Pfn tail = pfn + 1; tail < pfn + (Pfn(1) << order); ++tail)
    good &= takeBackTail(pfn, tail, compound);
  if (const char *reason = checks ? badReason(page, true) : nullptr) {
    reportBadPage(pfn, reason);
    good = false;
  }
  if (!good)
    return false;
  if (observer)
    observer->aboutToFree(pageToVirt(pfn), pageSize << order, kernel.profile.debugObjects);
  if (sanitizer)
    sanitizer->pagesFreed(pfn, order);
  Page &head = kernel.memory.pageForWrite(pfn);
  head.pageFlags = 0;
  head.compoundHead = 0;
  head.mapCount = -1;
  return true;
}

bool PagePreparation::dropReference(Pfn pfn, const CodeSite &by) {
  if (kernel.profile.debugVm && !kernel.memory.page(pfn).refCount) {
    CodeSite site = refCountSite.in(kernel.profile.release);
    site.function = by.function;
    bugOnPage(pfn, "page_ref_count(page) == 0", site);
  }
  return --kernel.memory.pageForWrite(pfn).refCount == 0;
}

void PagePreparation::bugOnPage(Pfn pfn, const char *condition, const CodeSite &site) {
  dumpPage(kernel, pfn, ("VM_BUG_ON_PAGE(" + std::string(condition) + ")").c_str());
  kernel.reports.bug(site);
}

} // namespace kmem::sim
