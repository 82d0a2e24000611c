#include "runtime/alloc/page_allocator_parts.h"

namespace kmem::sim {

PageAllocator::PageAllocator(Kernel &kernel, Oracle &oracle)
    : kernel(kernel), current(std::make_unique<State>()), parts(std::make_unique<Parts>(kernel, *current, oracle)) {
  kernel.memory.setFrameSource(this);
}
PageAllocator::~PageAllocator() = default;

std::optional<Pfn> PageAllocator::allocate(Gfp gfp, unsigned order, std::optional<unsigned> node) {
  return parts->allocate(gfp, order, node);
}

void PageAllocator::free(Pfn page, unsigned order) {
  const bool isHead = kernel.memory.page(page).pageFlags & PageHead;
  if (parts->pages.dropReference(page, {"__free_pages"}))
    parts->freeUnreferenced(page, order);
  else if (!isHead) // whoever holds the first page will free that alone
    while (order-- > 0)
      parts->freeUnreferenced(page + (Pfn(1) << order), order);
}

void PageAllocator::getPage(Pfn page) {
  const uint32_t head = kernel.memory.page(page).compoundHead;
  ++kernel.memory.pageForWrite(head ? frameOf(head) : page).refCount;
}

void PageAllocator::putPage(Pfn page) {
  if (const uint32_t head = kernel.memory.page(page).compoundHead)
    page = frameOf(head);
  const Page &first = kernel.memory.page(page);
  const unsigned order = first.pageFlags & PageHead ? first.order : 0;
  if (parts->pages.dropReference(page, {"put_page"}))
    parts->freeUnreferenced(page, order);
}

std::optional<Pfn> PageAllocator::allocateTable() {
  return allocate(kernel.profile.gfp.kernel() | kernel.profile.gfp.zero, 0);
}
void PageAllocator::freeTable(Pfn table) { free(table, 0); }

void PageAllocator::drainAll() {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    parts->perCpu.drain(cpu);
}
void PageAllocator::drainCpu(unsigned cpu) { parts->perCpu.drain(cpu); }

void PageAllocator::warnAlloc(Gfp gfp, const std::string &what) { parts->warnAllocation(gfp, what); }
void PageAllocator::addReclaimer(Reclaimer *reclaimer) { parts->reclaimers.push_back(reclaimer); }
void PageAllocator::setOomKiller(OomKiller *killer) { parts->oomKiller = killer; }
void PageAllocator::setSanitizer(PageSanitizer *sanitizer) { parts->pages.setSanitizer(sanitizer); }
void PageAllocator::setFreeObserver(FreeObserver *observer) { parts->pages.setObserver(observer); }
bool PageAllocator::runKswapd() { return parts->runKswapd(); }
void PageAllocator::restore(const State &state) { *current = state; }

} // namespace kmem::sim
