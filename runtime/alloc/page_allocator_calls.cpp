// The calls around alloc_pages(): by address, exact sizes, split blocks, many at once.
#include "runtime/alloc/page_allocator_parts.h"
#include "runtime/kernel/virt_to_page.h"

#include <bit>

namespace kmem::sim {

namespace {

constexpr SiteByRelease exactSite = {{"alloc_pages_exact", "mm/page_alloc.c", 5930},
                                     {"alloc_pages_exact_noprof", "mm/page_alloc.c", 5139}};
constexpr SiteByRelease freeSite = {{"free_pages", "mm/page_alloc.c", 5757}, {"free_pages", "mm/page_alloc.c", 4955}};
constexpr SiteByRelease splitSite = {{"split_page", "mm/page_alloc.c", 3644}, {"split_page", "mm/page_alloc.c", 2878}};
constexpr SiteByRelease splitCountSite = {{"split_page", "mm/page_alloc.c", 3645},
                                          {"split_page", "mm/page_alloc.c", 2879}};

Pfn frameAt(Address address) { return (address - directMapStart) >> pageShift; }

/// get_order() in include/asm-generic/getorder.h.
unsigned orderFor(uint64_t bytes) {
  const uint64_t last = (bytes - 1) >> pageShift; // 0 bytes wrap around: the order of the whole address space
  return unsigned(std::bit_width(last));
}

} // namespace

Address PageAllocator::getFreePages(Gfp gfp, unsigned order) {
  const auto pfn = allocate(gfp & ~kernel.profile.gfp.highmem, order);
  return pfn ? pageToVirt(*pfn) : 0;
}

Address PageAllocator::getZeroedPage(Gfp gfp) { return getFreePages(gfp | kernel.profile.gfp.zero, 0); }

void PageAllocator::freePages(Address address, unsigned order) {
  if (!address)
    return;
  if (kernel.profile.debugVm && (address < directMapStart || !kernel.memory.hasFrame(frameAt(address))))
    kernel.reports.bug(freeSite.in(kernel.profile.release));
  free(virtToPage(kernel, address, "__free_pages"), order);
}

Address PageAllocator::allocateExact(uint64_t bytes, Gfp gfp) {
  const GfpFlags &flags = kernel.profile.gfp;
  if (gfp & (flags.comp | flags.highmem))
    kernel.reports.warnOnce(exactSite.in(kernel.profile.release));
  const unsigned order = orderFor(bytes);
  const Address address = getFreePages(gfp & ~(flags.comp | flags.highmem), order);
  if (!address)
    return 0;
  const Pfn first = frameAt(address), used = first + ((bytes + pageSize - 1) >> pageShift);
  for (Pfn pfn = first + 1; pfn < used; ++pfn)
    kernel.memory.pageForWrite(pfn).refCount = 1;
  kernel.memory.pageForWrite(first).order = 0;
  for (Pfn pfn = used; pfn < first + (Pfn(1) << order); ++pfn)
    parts->freeUnreferenced(pfn, 0, true);
  return address;
}

void PageAllocator::freeExact(Address address, uint64_t bytes) {
  const Address end = address + ((bytes + pageSize - 1) & pageMask);
  for (; address < end; address += pageSize)
    freePages(address, 0);
}

void PageAllocator::splitPage(Pfn page, unsigned order) {
  const Page first = kernel.memory.page(page);
  if (kernel.profile.debugVm && ((first.pageFlags & PageHead) || first.compoundHead))
    parts->pages.bugOnPage(page, "PageCompound(page)", splitSite.in(kernel.profile.release));
  if (kernel.profile.debugVm && !first.refCount)
    parts->pages.bugOnPage(page, "!page_count(page)", splitCountSite.in(kernel.profile.release));
  for (Pfn pfn = page + 1; pfn < page + (Pfn(1) << order); ++pfn)
    kernel.memory.pageForWrite(pfn).refCount = 1;
  kernel.memory.pageForWrite(page).order = 0;
}

namespace {

/// The first zone of the preferred node that keeps its low mark when all pages are taken from it.
Zone *zoneForBulk(PageAllocator::Parts &parts, const PageRequest &request, uint64_t pages, uint32_t flags) {
  std::optional<unsigned> preferred;
  for (const uint8_t slot : request.zones) {
    if (!request.allowsZone(slot))
      continue;
    if (!preferred)
      preferred = slot;
    if (slot / zoneCount != *preferred / zoneCount)
      return nullptr;
    Zone &zone = parts.state.zones[slot];
    if (watermarkOkFast(zone, parts.kernel.profile.release, 0, markOf(zone, flags) + pages,
                        ZoneId(*preferred % zoneCount), flags, false))
      return &zone;
  }
  return nullptr;
}

} // namespace

uint64_t PageAllocator::allocateBulk(Gfp gfp, std::span<Pfn> pages) {
  uint64_t filled = 0;
  while (filled < pages.size() && pages[filled])
    ++filled;
  if (filled == pages.size())
    return filled;
  auto single = [&] {
    if (const auto pfn = allocate(gfp, 0))
      pages[filled++] = *pfn;
    return filled;
  };
  if (pages.size() - filled == 1 || (kernel.profile.memcg && (gfp & kernel.profile.gfp.account)))
    return single();
  const auto request = parts->prepare(gfp & kernel.profile.gfp.bitsMask(), 0, parts->node(std::nullopt));
  if (!request)
    return filled;
  Zone *zone = zoneForBulk(*parts, *request, pages.size(), AllocMarkLow);
  if (!zone || !parts->lockPerCpu())
    return single();
  bool any = false;
  for (; filled < pages.size(); ++filled) {
    if (pages[filled])
      continue;
    const auto pfn = parts->perCpu.takeNext(*zone, 0, request->type, AllocMarkLow);
    if (!pfn)
      break;
    parts->pages.handOut(*pfn, 0, gfp, false);
    pages[filled] = *pfn;
    any = true;
  }
  parts->unlockPerCpu();
  return any ? filled : single();
}

} // namespace kmem::sim
