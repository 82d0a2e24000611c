// The page allocator (mm/page_alloc.c, include/linux/gfp.h, include/linux/mm.h): struct pages by their address in the
// array of pages, memory by its address in the direct map.
#include "runtime/models/allocations.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

constexpr uint64_t bulkAtMost = 256;

bool isPage(Address address) {
  return address >= sim::vmemmapStart && address < sim::vmemmapStart + (uint64_t(1) << 40);
}
sim::Pfn pfnOf(Address page) { return (page - sim::vmemmapStart) / sim::structPageSize; }

/// A struct page, or 0.
Values allocatePages(ModelCall &call, AllocationRequest request) {
  sim::PageAllocator &pages = call.system().pages;
  const Address page = attempt(call, request, request.order <= sim::maxPageOrder, [&]() -> Address {
                         const std::optional<sim::Pfn> pfn = pages.allocate(request.gfp, request.order);
                         return pfn ? sim::pageToVmemmap(*pfn) : 0;
                       }).address;
  request.size = sim::pageSize << request.order;
  if (page)
    takeBytes(call, sim::pageToVirt(pfnOf(page)), request.size);
  return allocated(call, request, page);
}

Values allocPages(ModelCall &call) { return allocatePages(call, requestOf(call)); }

/// Folios are compound, and their order is the second argument.
Values allocFolio(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  request.order = unsigned(call.number(1));
  request.gfp |= call.kernel().profile.gfp.comp;
  return allocatePages(call, request);
}

/// The address of pages.
Values getFreePagesWith(ModelCall &call, sim::Gfp added) {
  AllocationRequest request = requestOf(call);
  request.gfp |= added;
  request.size = sim::pageSize << std::min(request.order, sim::maxPageOrder);
  sim::PageAllocator &pages = call.system().pages;
  return allocateBytes(call, request,
                       {.fallible = request.order <= sim::maxPageOrder,
                        .allocate = [&] { return pages.getFreePages(request.gfp, request.order); },
                        .undo = [&](Address address) { pages.freePages(address, request.order); }});
}
Values getFreePages(ModelCall &call) { return getFreePagesWith(call, 0); }
Values getZeroedPage(ModelCall &call) { return getFreePagesWith(call, call.kernel().profile.gfp.zero); }

Values allocExact(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  sim::PageAllocator &pages = call.system().pages;
  return allocateBytes(call, request,
                       {.fallible = true,
                        .allocate = [&] { return pages.allocateExact(request.size, request.gfp); },
                        .undo = [&](Address address) { pages.freeExact(address, request.size); }});
}

/// __alloc_pages_bulk(gfp, node, nodemask, count, list, array): those that the array has room for.
Values allocBulk(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  const uint64_t count = call.size(3);
  const Address array = call.pointer(5);
  if (!array || count > bulkAtMost)
    throw Refusal{call.title() + " of a list, or of very many pages"};
  request.size = sim::pageSize;
  std::vector<sim::Pfn> frames(count);
  const uint64_t filled =
      attempt(call, request, true, [&] { return call.system().pages.allocateBulk(request.gfp, frames); }).address;
  for (uint64_t i = 0; i < filled; ++i) {
    const Address page = sim::pageToVmemmap(frames[i]);
    takeBytes(call, sim::pageToVirt(frames[i]), sim::pageSize);
    remember(call, request, page);
    call.storeWord(array + i * sizeof(Address), page);
  }
  return call.returns(filled);
}

/// Of what is freed. The kernel would walk over as many pages as a greater order says.
unsigned orderOfFree(ModelCall &call) {
  const bool hasOrder = call.rule.free && call.rule.free->order != rules::noArgument;
  const uint64_t order = hasOrder ? call.number(call.rule.free->order) : 0;
  if (order > sim::maxPageOrder)
    throw Refusal{call.title() + " of an order that there is not"};
  return unsigned(order);
}

Values freePages(ModelCall &call) {
  const Address page = call.pointer(0);
  const unsigned order = orderOfFree(call);
  refuseNull(call, page);
  releaseAt(call, page, [&] { call.system().pages.free(pfnOf(page), order); });
  return call.nothing();
}
Values freePagesAt(ModelCall &call) {
  const Address address = call.pointer(0);
  const unsigned order = orderOfFree(call);
  if (address)
    releaseAt(call, address, [&] { call.system().pages.freePages(address, order); });
  return call.nothing();
}
Values freeExact(ModelCall &call) {
  const Address address = call.pointer(0);
  const uint64_t bytes = call.size(1);
  if (bytes > call.kernel().profile.memoryBytes)
    throw Refusal{call.title() + " of more memory than there is"};
  releaseAt(call, address, [&] { call.system().pages.freeExact(address, bytes); });
  return call.nothing();
}

/// References to pages that the run has not allocated are somebody's.
Values getPage(ModelCall &call) {
  if (const Address page = call.pointer(0); isPage(page))
    call.system().pages.getPage(pfnOf(page));
  return call.nothing();
}
Values putPage(ModelCall &call) {
  const Address page = call.pointer(0);
  if (!isPage(page))
    return call.nothing();
  const bool isLast = call.kernel().memory.page(pfnOf(page)).refCount == 1;
  call.system().pages.putPage(pfnOf(page));
  if (isLast && call.now.allocations.find(page))
    noteFreed(call, page);
  return call.nothing();
}

/// lowmem_page_address(): a page of unknown origin has memory of its own.
Values pageAddress(ModelCall &call) {
  const Address page = call.pointer(0);
  if (isPage(page))
    return call.returns(sim::pageToVirt(pfnOf(page)));
  if (!hasUnknownOrigin(call, page))
    return call.returnsFresh();
  const Address *known = call.now.pageAddresses.find(page);
  const Address address = known ? *known : call.machine.objects.make(nullptr, nameFor(call, page, "page") + " memory");
  if (!address)
    throw Refusal{"no room for the memory of a page"};
  call.now.pageAddresses.set(page, address);
  return call.returns(address);
}

constexpr ModelRow rows[] = {
    {"alloc_pages", allocPages},
    {"folio_alloc", allocFolio},
    {"get_free_pages", getFreePages},
    {"get_zeroed_page", getZeroedPage},
    {"alloc_pages_exact", allocExact},
    {"alloc_pages_bulk", allocBulk},
    {"__free_pages", freePages},
    {"free_pages", freePagesAt},
    {"free_pages_exact", freeExact},
    {"get_page", getPage},
    {"put_page", putPage},
    {"page_address", pageAddress},
};

} // namespace

ModelTable pageModels() { return rows; }

} // namespace kmem::replay
