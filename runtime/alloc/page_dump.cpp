#include "runtime/alloc/page_prepare.h"

#include "runtime/alloc/print_line.h"

namespace kmem::sim {

namespace {

struct FlagName {
  uint16_t flag;
  unsigned bit; ///< in page->flags of both releases, as far as they agree
  const char *name;
};
constexpr FlagName flagNames[] = {
    {PageLocked, 0, "locked"},
    {PageReferenced, 2, "referenced"},
    {PageUptodate, 3, "uptodate"},
    {PageDirty, 4, "dirty"},
    {PageHead, 6, "head"},
    {PageReadahead, 18, "reclaim"},
    {PageSwapBacked, 19, "swapbacked"},
    {PageMlocked, 21, "mlocked"},
};
constexpr unsigned reservedBit = 13;

/// %pGp: the value and its names, zone and node included.
std::string describeFlags(const Kernel &kernel, const Page &page) {
  // With NUMA the node's ten bits come first; without SECTION_IN_PAGE_FLAGS the zone's two are the highest otherwise.
  const bool numa = kernel.profile.numa;
  const unsigned zoneShift = numa ? 52 : 62;
  uint64_t value = uint64_t(page.zone) << zoneShift;
  if (numa)
    value |= (uint64_t(page.node) << 54) | (uint64_t(0x1fffff) << 31);
  std::string names;
  for (const FlagName &flag : flagNames)
    if (page.pageFlags & flag.flag) {
      value |= uint64_t(1) << flag.bit;
      names += std::string(flag.name) + "|";
    }
  if (page.owner == PageOwner::Reserved) {
    value |= uint64_t(1) << reservedBit;
    names += "reserved|";
  }
  char number[32];
  snprintf(number, sizeof(number), "0x%lx", value);
  if (numa)
    names += "node=" + std::to_string(page.node) + "|";
  return number + ("(" + names) + "zone=" + std::to_string(unsigned(page.zone)) +
         (numa ? "|lastcpupid=0x1fffff)" : ")");
}

void printHead(Kernel &kernel, Pfn head, const Page &page) {
  if (kernel.profile.release.atLeast(6, 12))
    printLine(kernel, "head: order:%u mapcount:%d entire_mapcount:0 nr_pages_mapped:0 pincount:0", page.order,
              page.mapCount + 1);
  else
    printLine(kernel, "head:%s order:%u compound_mapcount:0 compound_pincount:0",
              kernel.reports.describePointer(pageToVmemmap(head)).c_str(), page.order);
}

} // namespace

void dumpPage(Kernel &kernel, Pfn pfn, const char *reason) {
  const bool is612 = kernel.profile.release.atLeast(6, 12);
  const Page page = kernel.memory.page(pfn);
  const Pfn head = page.compoundHead ? frameOf(page.compoundHead) : pfn;
  const Page headPage = kernel.memory.page(head);
  const bool hasType = page.owner == PageOwner::Slab;
  const uint64_t index = pfn - head;
  printLine(kernel, "page:%s refcount:%d mapcount:%d mapping:0000000000000000 index:0x%lx pfn:0x%lx",
            is612 ? "" : kernel.reports.describePointer(pageToVmemmap(pfn)).c_str(), headPage.refCount,
            hasType ? 0 : page.mapCount + 1, index, pfn);
  if (headPage.pageFlags & PageHead)
    printHead(kernel, head, headPage);
  kernel.console.print("flags: " + describeFlags(kernel, headPage));
  if (is612 && hasType)
    kernel.console.print("page_type: f5(slab)");
  kernel.console.print(std::string("page dumped because: ") + reason);
}

} // namespace kmem::sim
