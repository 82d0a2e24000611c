// __vmalloc_node_range() and the functions that call it with their flags.
#include "runtime/alloc/vmalloc.h"

#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc_sites.h"

#include <algorithm>

namespace kmem::sim {

namespace sites = vmalloc_sites;

namespace {

constexpr unsigned pmdShift = 21;
constexpr unsigned maxBulk = 100;         // vm_area_alloc_pages() asks for at most that many at once
constexpr unsigned maxNofailRetries = 64; // a __GFP_NOFAIL that finds nothing so often waits for ever
constexpr uint64_t vmapAreaSize = 72;     // sizeof(struct vmap_area)

/// What boot leaves at the bottom of the area: a stack for each task, in a slot of twice its size, so that there is a
/// hole behind each; then the addresses of the file that init loaded as a module, which wait for a purge.
struct BootAreas {
  unsigned stacks;
  uint64_t stackSize;
  uint64_t moduleFile = 112 * pageSize;
  explicit BootAreas(const Profile &profile)
      : stacks((profile.release.atLeast(6, 12) ? 29 : 24) + 10 * (profile.cpus - 1) + (profile.distribution ? 60 : 0)),
        stackSize(profile.kasan ? 8 * pageSize : 4 * pageSize) {}
};

} // namespace

struct Vmalloc::Request {
  uint64_t size, align;
  Address start, end;
  Gfp gfp;
  uint64_t protection, flags;
  unsigned shift;
};

Vmalloc::Vmalloc(Kernel &kernel, PageAllocator &pages, Slub &slub, Kmalloc &kmalloc)
    : kernel(kernel), pages(pages), slub(slub), kmalloc(kmalloc), vmapAreaCache(slub.named("vmap_area")),
      resourceLock(kernel.locks.create(LockKind::ReadWrite, "resource_lock")),
      memtypeLock(kernel.locks.create(LockKind::Spin, "memtype_lock")) {
  if (vmapAreaCache == noCache)
    vmapAreaCache = slub.create({.name = "vmap_area", .size = vmapAreaSize, .flags = slub.flags.panic});
  Deferred &deferred = kernel.deferred;
  deferredFreeWork =
      deferred.create(DeferredKind::Work, deferred.registerCallback([this](uint64_t) { freeDeferred(); }), 0);
  drainWork = deferred.create(DeferredKind::Work, deferred.registerCallback([this](uint64_t) { drain(); }), 0);
  const Profile &profile = kernel.profile;
  const unsigned nodes = release612() ? std::clamp(profile.cpus, 1u, 128u) : 1;
  current.space = VmapSpace(nodes, !release612());
  leaveBootAreas();
}

void Vmalloc::leaveBootAreas() {
  const BootAreas boot(kernel.profile);
  VmapSpace::Objects unused;
  Address spare = 0, end = vmallocStart;
  for (unsigned i = 0; i < boot.stacks; ++i) {
    VmArea stack{};
    stack.address = vmallocStart + i * 2 * boot.stackSize;
    stack.size = stack.requestedSize = boot.stackSize + pageSize;
    stack.flags = VmAlloc;
    stack.isVm = true;
    current.space.takeExactly(stack.address, stack.size, spare, unused);
    current.space.addBusy(stack);
    end = stack.address + stack.size;
  }
  current.space.takeExactly(end, boot.moduleFile, spare, unused);
  current.space.addLazy({end, boot.moduleFile, 0}, current.space.nodeOf(end), false, unused);
}

Address Vmalloc::vmalloc(uint64_t size) { return allocate(size, kernel.profile.gfp.kernel()); }

Address Vmalloc::vzalloc(uint64_t size) {
  return allocate(size, kernel.profile.gfp.kernel() | kernel.profile.gfp.zero);
}

Address Vmalloc::vmallocUser(uint64_t size) {
  const GfpFlags &flags = kernel.profile.gfp;
  return allocateRange(size, pageSize, vmallocStart, vmallocEnd, flags.kernel() | flags.zero, pageKernel, VmUserMap);
}

Address Vmalloc::vmalloc32(uint64_t size) {
  return allocate(size, kernel.profile.gfp.kernel() | kernel.profile.gfp.dma32);
}

Address Vmalloc::vmalloc32User(uint64_t size) {
  const GfpFlags &flags = kernel.profile.gfp;
  return allocateRange(size, pageSize, vmallocStart, vmallocEnd, flags.kernel() | flags.dma32 | flags.zero, pageKernel,
                       VmUserMap);
}

Address Vmalloc::vmallocHuge(uint64_t size, Gfp gfp) {
  return allocateRange(size, 1, vmallocStart, vmallocEnd, gfp, pageKernel, VmAllowHugeVmap);
}

Address Vmalloc::allocate(uint64_t size, Gfp gfp) {
  return allocateRange(size, 1, vmallocStart, vmallocEnd, gfp, pageKernel, 0);
}

Address Vmalloc::allocateRange(uint64_t size, uint64_t align, Address start, Address end, Gfp gfp, uint64_t protection,
                               uint64_t flags) {
  if (size == 0) {
    kernel.reports.warnOnce(sites::sizeZero.in(kernel.profile.release));
    return 0;
  }
  if ((size >> pageShift) > pages.managedPageCount()) {
    pages.warnAlloc(gfp, "vmalloc error: size " + std::to_string(size) + ", exceeds total pages");
    return 0;
  }
  Request request{size, align, start, end, gfp, protection, flags, pageShift};
  if ((flags & VmAllowHugeVmap) && size >> pmdShift) {
    request.shift = pmdShift;
    request.align = std::max(align, uint64_t(1) << pmdShift);
    if (const Address huge = allocateOnce(request))
      return huge;
    request.shift = pageShift;
    request.align = align;
  }
  return allocateOnce(request);
}

Address Vmalloc::allocateOnce(const Request &request) {
  const bool nofail = request.gfp & kernel.profile.gfp.nofail;
  std::optional<VmArea> area;
  for (unsigned attempt = 0;; ++attempt) {
    area = getVmAreaNode(request.size, request.align, request.shift, VmAlloc | VmUninitialized | request.flags,
                         request.start, request.end, request.gfp);
    if (area)
      break;
    pages.warnAlloc(request.gfp, "vmalloc error: size " + std::to_string(request.size) +
                                     ", vm_struct allocation failed" + (nofail ? ". Retrying." : ""));
    if (!nofail)
      return 0;
    waitForMemory(attempt);
  }
  if (!fillArea(*area, request))
    return 0;
  if (sanitizer)
    sanitizer->areaUnpoisoned(area->address, request.size);
  area->flags &= ~uint64_t(VmUninitialized);
  current.space.update(*area);
  return area->address;
}

/// schedule_timeout_uninterruptible(1) between the tries of a __GFP_NOFAIL.
void Vmalloc::waitForMemory(unsigned attempt) {
  if (attempt == maxNofailRetries)
    throw Death{DeathKind::Hang};
  kernel.deferred.sleep(1'000'000'000 / kernel.profile.hz);
}

/// __vmalloc_area_node(): the frames, and their array, which is vmalloc memory itself above a page.
bool Vmalloc::fillArea(VmArea &area, const Request &request) {
  const GfpFlags &flags = kernel.profile.gfp;
  const Gfp reclaimBits = flags.reclaim() | flags.high | flags.io | flags.fs | flags.nowarn | flags.retryMayfail |
                          flags.nofail | flags.noretry | flags.memalloc | flags.nomemalloc | flags.atomic |
                          flags.nolockdep;
  const Gfp nested = (request.gfp & reclaimBits) | flags.zero;
  Gfp gfp = request.gfp;
  if (!release612())
    gfp |= flags.nowarn; // hence 6.1 does not say that pages were missing
  if (!(gfp & (flags.dma | flags.dma32)))
    gfp |= flags.highmem;
  const uint64_t wanted = (area.mappedEnd() - area.address) >> pageShift;
  const uint64_t arrayBytes = wanted * sizeof(Address);
  area.pages = arrayBytes > pageSize ? allocate(arrayBytes, nested) : kmalloc.kmalloc(arrayBytes, nested);
  if (!area.pages) {
    pages.warnAlloc(gfp, "vmalloc error: size " + std::to_string(wanted * pageSize) +
                             ", failed to allocated page array size " + std::to_string(arrayBytes));
    freeVmArea(area.address);
    return false;
  }
  area.pageOrder = request.shift - pageShift;
  area.pageCount = allocatePages(area, wanted, (area.pageOrder ? gfp & ~flags.nofail : gfp) | flags.nowarn);
  current.allocatedPages += area.pageCount;
  current.space.update(area);
  const std::string got = std::to_string(uint64_t(area.pageCount) * pageSize);
  if (area.pageCount != wanted) {
    if (!release612())
      pages.warnAlloc(gfp, "vmalloc error: size " + got + ", page order " + std::to_string(area.pageOrder) +
                               ", failed to allocate pages");
    else if (area.pageOrder == 0)
      pages.warnAlloc(gfp, "vmalloc error: size " + got + ", failed to allocate pages");
  } else if (mapArea(area, request)) {
    return true;
  } else {
    pages.warnAlloc(gfp, "vmalloc error: size " + got + ", failed to map pages");
  }
  vfree(area.address);
  return false;
}

/// vm_area_alloc_pages(): in bulk first, then one by one, which tries harder.
uint32_t Vmalloc::allocatePages(const VmArea &area, uint64_t wanted, Gfp gfp) {
  const bool bulk = area.pageOrder == 0;
  const Gfp bulkGfp = release612() ? gfp : gfp & ~kernel.profile.gfp.nofail;
  uint64_t count = 0;
  for (bool complete = bulk; complete && count < wanted;) {
    Pfn frames[maxBulk] = {};
    const uint64_t asked = std::min<uint64_t>(maxBulk, wanted - count);
    const uint64_t got = pages.allocateBulk(bulkGfp, std::span(frames, asked));
    writePageArray(area.pages, count, std::span(frames, got));
    count += got;
    complete = got == asked;
  }
  while (count < wanted) {
    const auto first = pages.allocate(gfp, area.pageOrder);
    if (!first)
      break;
    if (area.pageOrder)
      pages.splitPage(*first, area.pageOrder);
    for (Pfn frame = *first; frame < *first + (Pfn(1) << area.pageOrder); ++frame)
      writePageArray(area.pages, count++, std::span(&frame, 1));
  }
  return count;
}

void Vmalloc::writePageArray(Address array, uint64_t index, std::span<const Pfn> frames) {
  Address pointers[maxBulk];
  for (size_t i = 0; i < frames.size(); ++i) {
    pointers[i] = pageToVmemmap(frames[i]);
    kernel.memory.pageForWrite(frames[i]).owner = PageOwner::Vmalloc;
  }
  kernel.memory.write(array + index * sizeof(Address), std::as_bytes(std::span(pointers, frames.size())));
}

/// Page tables ignore the caller's flags; a scope keeps its NOFS or NOIO.
bool Vmalloc::mapArea(const VmArea &area, const Request &request) {
  const GfpFlags &flags = kernel.profile.gfp;
  const Gfp fsIo = request.gfp & (flags.fs | flags.io);
  const uint32_t scope = fsIo == flags.io ? PfMemallocNofs : fsIo == 0 ? PfMemallocNoio : 0;
  const uint32_t before = kernel.context.task().flags & scope;
  if (scope)
    kernel.context.taskForWrite().flags |= scope;
  bool mapped = false;
  for (unsigned attempt = 0; !mapped; ++attempt) {
    mapped = mapPointers(area.address, area.pages, area.pageCount, request.protection) == 0;
    if (!mapped && !(request.gfp & flags.nofail))
      break;
    if (!mapped)
      waitForMemory(attempt);
  }
  if (scope) {
    uint32_t &now = kernel.context.taskForWrite().flags;
    now = (now & ~scope) | before;
  }
  return mapped;
}

Address Vmalloc::vrealloc(Address old, uint64_t size, Gfp gfp) {
  if (!size) {
    vfree(old);
    return 0;
  }
  if (!old)
    return allocate(size, gfp);
  auto area = findVmArea(old);
  if (!area) {
    kernel.console.print("Trying to vrealloc() nonexistent vm area (" + kernel.reports.describePointer(old) + ")");
    kernel.reports.warn(sites::vreallocUnknown.in(kernel.profile.release));
    return 0;
  }
  if (size <= area->mappedEnd() - area->address) {
    const bool clears = kernel.profile.initOnAlloc || (gfp & kernel.profile.gfp.zero);
    if (size < area->requestedSize && clears)
      kernel.memory.fill(old + size, 0, area->requestedSize - size);
    area->requestedSize = size;
    current.space.update(*area);
    return old;
  }
  const Address grown = allocate(size, gfp);
  if (!grown)
    return 0;
  std::vector<std::byte> content(area->requestedSize);
  kernel.memory.read(old, content);
  kernel.memory.write(grown, content);
  vfree(old);
  return grown;
}

} // namespace kmem::sim
