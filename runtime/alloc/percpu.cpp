#include "runtime/alloc/percpu.h"

#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc.h"

#include <bit>

namespace kmem::sim {

namespace {

constexpr const char *file = "mm/percpu.c";
constexpr SiteByRelease illegalSize = {{"pcpu_alloc", file, 1758}, {"pcpu_alloc_noprof", file, 1780}};

constexpr uint64_t minimumSize = 4;                  // PCPU_MIN_ALLOC_SIZE
constexpr uint64_t maximumSize = uint64_t(32) << 10; // PCPU_MIN_UNIT_SIZE
constexpr uint32_t bitsPerPage = pageSize / minimumSize;
constexpr unsigned failThreshold = 3; // PCPU_SLOT_FAIL_THRESHOLD
constexpr uint64_t emptyPagesLow = 2, emptyPagesHigh = 4;
constexpr uint64_t pageIndexOffset = 0x20; // of struct page::index
constexpr uint64_t chunkBaseOffset = 0x40; // of struct pcpu_chunk::base_addr

uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

} // namespace

Percpu::Percpu(Kernel &kernel, PageAllocator &pages, Kmalloc &kmalloc, Vmalloc &vmalloc)
    : kernel(kernel), pages(pages), kmalloc(kmalloc), vmalloc(vmalloc), sizes(percpuLayoutOf(kernel.profile)) {
  Deferred &deferred = kernel.deferred;
  balanceWork = deferred.create(DeferredKind::Work, deferred.registerCallback([this](uint64_t) { balance(); }), 0);
  if (const auto place = firstPercpuChunk(kernel.profile, sizes)) {
    firstUnit = directMapStart + *place;
    reservePages(*place >> pageShift, (*place + sizes.chunkSize) >> pageShift);
  } else {
    firstUnit = pages.allocateExact(sizes.chunkSize, kernel.profile.gfp.kernel());
  }
  const uint64_t pageCount = sizes.end() >> pageShift;
  const auto bitAt = [](uint64_t offset) { return uint32_t(offset / minimumSize); };
  now.firstChunk = addChunk(firstUnit, pageCount, bitAt(sizes.firstFree()), bitAt(sizes.end()), true);
  now.reservedChunk = addChunk(firstUnit, pageCount, bitAt(sizes.staticSize), bitAt(sizes.firstFree()), true);
  for (uint32_t page = 0; page < pageCount; ++page)
    now.emptyPopulated += isPageFree(now.firstChunk, page);
  now.chunks.write(now.firstChunk).emptyPopulated = now.emptyPopulated;
  now.chunks.write(now.firstChunk).populated = now.chunks.write(now.reservedChunk).populated = pageCount;
  now.populatedPages = pageCount;
  if (sizes.usedAtBoot)
    occupy(now.firstChunk, bitAt(sizes.firstFree()), bitAt(sizes.usedAtBoot));
  insert(now.firstChunk, slotOf(now.firstChunk), true);
}

Address Percpu::at(PercpuPointer pointer, unsigned cpu) const { return firstUnit + pointer + cpu * sizes.unitSize; }

PercpuPointer Percpu::allocate(uint64_t size, uint64_t align) {
  return allocate(size, align, kernel.profile.gfp.kernel());
}

namespace {

/// The arguments of the warning are those after rounding.
std::string illegalText(uint64_t size, uint64_t align) {
  return "illegal size (" + std::to_string(size) + ") or align (" + std::to_string(align) + ") for percpu allocation";
}

} // namespace

std::optional<Percpu::Request> Percpu::checked(uint64_t size, uint64_t align, Gfp gfp) {
  const GfpFlags &flags = kernel.profile.gfp;
  Request request{};
  request.gfp = kernel.context.scoped(gfp);
  request.backingGfp = request.gfp & (flags.kernel() | flags.noretry | flags.nowarn);
  request.atomic = !flags.allowsBlocking(request.gfp);
  request.warns = !(request.gfp & flags.nowarn);
  request.align = std::max(align, minimumSize);
  request.size = alignUp(size, minimumSize);
  if (request.size && request.size <= maximumSize && request.align <= pageSize && std::has_single_bit(request.align))
    return request;
  if (request.warns) {
    kernel.console.print(illegalText(request.size, request.align));
    kernel.reports.warn(illegalSize.in(kernel.profile.release));
  }
  return std::nullopt;
}

PercpuPointer Percpu::allocate(uint64_t size, uint64_t align, Gfp gfp) {
  const auto request = checked(size, align, gfp);
  return request ? serve(*request, false) : 0;
}

/// What memblock gave away during boot: reserve_bootmem_region() (mm/mm_init.c).
void Percpu::reservePages(Pfn first, Pfn end) {
  for (Pfn pfn = first; pfn < end; ++pfn) {
    Page &page = kernel.memory.pageForWrite(pfn);
    page.owner = PageOwner::Reserved;
    page.refCount = 1;
    page.mapCount = -1;
  }
}

PercpuPointer Percpu::allocateReserved(uint64_t size, uint64_t align) {
  const auto request = checked(size, align, kernel.profile.gfp.kernel());
  return request ? serve(*request, true) : 0;
}

PercpuPointer Percpu::serve(const Request &request, bool reserved) {
  std::optional<Place> place;
  std::optional<LockScope> mutex;
  if (!request.atomic)
    mutex.emplace(kernel, KernelLock::PercpuAlloc);
  const char *failure = find(request, reserved, place);
  if (place && !request.atomic && !populateFor(*place, request))
    failure = "failed to populate";
  if (failure) {
    fail(request, failure);
    return 0;
  }
  mutex.reset();
  if (now.emptyPopulated < emptyPagesLow)
    queueBalance();
  const Address base = now.chunks[place->chunk].base + place->bit * minimumSize;
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    kernel.memory.fill(base + cpu * sizes.unitSize, 0, request.size);
  return base - firstUnit;
}

/// Takes a place and says nothing, or says why there is none.
const char *Percpu::find(const Request &request, bool reserved, std::optional<Place> &found) {
  if (reserved) {
    LockScope lock(kernel, KernelLock::PercpuLists, LockVariant::IrqSave);
    found = takeFrom(now.reservedChunk, request);
    return found ? nullptr : "alloc from reserved chunk failed";
  }
  for (;;) {
    {
      LockScope lock(kernel, KernelLock::PercpuLists, LockVariant::IrqSave);
      found = search(request);
    }
    if (found)
      return nullptr;
    if (request.atomic)
      return "atomic alloc failed, no space left";
    if (!now.lists[freeSlot()].first && !createChunk(request.backingGfp))
      return "failed to allocate new chunk";
  }
}

/// The fullest chunk that can hold it; chunks that are nearly full and cannot are not asked again.
std::optional<Percpu::Place> Percpu::search(const Request &request) {
  for (unsigned slot = slotOfSize(request.size); slot <= freeSlot(); ++slot)
    for (ChunkId chunk = now.lists[slot].first, next; chunk; chunk = next) {
      next = now.chunks[chunk].next;
      if (const auto place = takeFrom(chunk, request)) {
        reintegrate(chunk);
        return place;
      }
      if (slot < failThreshold)
        move(chunk, 0, true);
    }
  return std::nullopt;
}

std::optional<Percpu::Place> Percpu::takeFrom(ChunkId chunk, const Request &request) {
  if (now.chunks[chunk].longest < request.bits())
    return std::nullopt;
  const auto bit = findFit(chunk, request.bits(), request.align / minimumSize, request.atomic);
  if (!bit)
    return std::nullopt;
  const unsigned slot = slotOf(chunk);
  occupy(chunk, *bit, request.bits());
  relocate(chunk, slot);
  return Place{chunk, *bit};
}

bool Percpu::populateFor(const Place &place, const Request &request) {
  const uint32_t end = (place.bit + request.bits() + bitsPerPage - 1) / bitsPerPage;
  for (uint32_t page = place.bit / bitsPerPage; page < end; ++page) {
    uint32_t last = page;
    while (last < end && !isPopulated(place.chunk, last))
      ++last;
    if (last == page)
      continue;
    if (!populate(place.chunk, page, last, request.backingGfp)) {
      LockScope lock(kernel, KernelLock::PercpuLists, LockVariant::IrqSave);
      const unsigned slot = slotOf(place.chunk);
      release(place.chunk, place.bit);
      relocate(place.chunk, slot);
      return false;
    }
    LockScope lock(kernel, KernelLock::PercpuLists, LockVariant::IrqSave);
    markPopulated(place.chunk, page, last, true);
    page = last;
  }
  return true;
}

/// 6.1 says nothing about allocations that may not sleep.
void Percpu::fail(const Request &request, const char *why) {
  const bool says = request.warns && (!request.atomic || kernel.profile.release.atLeast(6, 12));
  if (says && now.warningsLeft) {
    kernel.console.print("percpu: allocation failed, size=" + std::to_string(request.size) + " align=" +
                         std::to_string(request.align) + " atomic=" + (request.atomic ? "1, " : "0, ") + why);
    if (!--now.warningsLeft)
      kernel.console.print("percpu: limit reached, disable warning");
  }
  if (request.atomic) {
    now.atomicFailed = true;
    queueBalance();
  }
}

void Percpu::free(PercpuPointer pointer) {
  if (!pointer)
    return;
  const Address address = firstUnit + pointer;
  const ChunkId chunk = chunkOf(address);
  LockScope lock(kernel, KernelLock::PercpuLists, LockVariant::IrqSave);
  const unsigned slot = slotOf(chunk);
  release(chunk, (address - now.chunks[chunk].base) / minimumSize);
  relocate(chunk, slot);
  const Chunk &it = now.chunks[chunk];
  if (!it.isolated && it.freeBytes == sizes.unitSize) {
    const List &free = now.lists[freeSlot()];
    if (free.first != chunk || free.last != chunk)
      queueBalance();
  } else if (shouldReclaim(chunk)) {
    isolate(chunk);
    queueBalance();
  }
}

/// pcpu_chunk_addr_search(): by the first chunk's parts, else by the page behind the address.
Percpu::ChunkId Percpu::chunkOf(Address address) {
  for (const ChunkId chunk : {now.firstChunk, now.reservedChunk}) {
    const Chunk &it = now.chunks[chunk];
    if (address >= it.base + it.begin * minimumSize && address < it.base + it.end * minimumSize)
      return chunk;
  }
  const auto frame = vmalloc.toPage(address + kernel.context.cpu() * sizes.unitSize);
  if (!frame)
    badAccess(pageIndexOffset);
  const uint64_t named = kernel.memory.page(*frame).memory.index;
  const Chunk &it = now.chunks[ChunkId(named)];
  if (named && named == ChunkId(named) && address - it.base < sizes.unitSize)
    return ChunkId(named);
  badAccess(chunkBaseOffset + named);
}

void Percpu::badAccess(Address address) const {
  constexpr CodeSite by{"free_percpu", file, 0};
  kernel.memory.checkAccess(address, sizeof(Address), AccessKind::Read, by);
  kernel.reports.badAccess(address, AccessKind::Read, by);
}

/// pcpu_should_reclaim_chunk().
bool Percpu::shouldReclaim(ChunkId chunk) const {
  const Chunk &it = now.chunks[chunk];
  if (it.immutable)
    return false;
  return (it.isolated && it.emptyPopulated) ||
         (now.emptyPopulated > emptyPagesHigh + it.emptyPopulated && it.emptyPopulated >= it.pages / 4);
}

} // namespace kmem::sim
