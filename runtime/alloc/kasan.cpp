#include "runtime/alloc/kasan.h"

#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/slub.h"
#include "runtime/kernel/virt_to_page.h"

namespace kmem::sim {

namespace {

constexpr uint32_t noFreeMeta = UINT32_MAX;
constexpr uint64_t trackInFreeMeta = 8; // behind the link of the quarantine (struct kasan_free_meta)
constexpr uint64_t stackRedZone = 32;   // what the compiler puts around a frame's variables

constexpr uint64_t roundedUp(uint64_t bytes) { return (bytes + shadowGranule - 1) & ~(shadowGranule - 1); }
constexpr bool isAccessible(uint8_t shadow) { return shadow < shadowGranule; }

} // namespace

Kasan::Kasan(Kernel &kernel, PageAllocator &pages, Slub &slub, Vmalloc &vmalloc)
    : kernel(kernel), pages(pages), slub(slub), vmalloc(vmalloc),
      now{{}, KasanQuarantine(pages.managedPageCount() << pageShift, kernel.profile.cpus), {}, false} {}

Kasan::~Kasan() = default;

std::string Kasan::caller() const { return kernel.symbols.nameOf(kernel.symbols.caller()); }

// --- Instrumented code (mm/kasan/generic.c)

std::optional<uint8_t> Kasan::shadowAt(Address address) const {
  const Pfn pfn = (address - directMapStart) >> pageShift;
  if (address < directMapStart || !kernel.memory.hasFrame(pfn) || now.shadow.isMarked(pfn))
    return now.shadow.at(address);
  const PageOwner owner = pages.ownerOf(pfn); // nobody told us about it since boot
  return owner == PageOwner::Free || owner == PageOwner::PerCpu ? uint8_t(ShadowPageFree) : uint8_t(0);
}

uint8_t Kasan::shadowOrFault(Address address, const CodeSite &by) const {
  if (const std::optional<uint8_t> shadow = shadowAt(address))
    return *shadow;
  kernel.reports.badAccess(shadowAddress(address), AccessKind::Read, by);
}

bool Kasan::isPoisoned(Address address, uint64_t size, const CodeSite &by) const {
  const Address last = address + size - 1;
  for (Address at = address & ~(shadowGranule - 1); at <= last; at += shadowGranule) {
    const uint8_t shadow = shadowOrFault(at, by);
    const uint64_t lastHere = std::min(last, at + shadowGranule - 1) - at;
    if (shadow && (!isAccessible(shadow) || lastHere >= shadow))
      return true;
  }
  return false;
}

void Kasan::check(Address address, uint64_t size, AccessKind kind, const CodeSite &by) {
  if (size == 0)
    return;
  const bool wraps = address + size < address;
  if (wraps || !hasShadowMetadata(address) || isPoisoned(address, size, by))
    reportAccess(address, size, kind, by.function);
}

bool Kasan::isByteAccessible(Address address) const {
  return isAccessible(shadowOrFault(address, {"kasan_byte_accessible", "mm/kasan/generic.c", 0}));
}

bool Kasan::checkByte(Address address) {
  if (isByteAccessible(address))
    return true;
  reportAccess(address, 1, AccessKind::Read, caller());
  return false;
}

void Kasan::unpoisonRange(Address start, uint64_t bytes) { now.shadow.unpoison(start, bytes); }

void Kasan::registerGlobal(std::string_view name, Address address, uint64_t size, uint64_t paddedSize) {
  now.shadow.unpoison(address, size);
  now.shadow.poison(address + roundedUp(size), paddedSize - roundedUp(size), ShadowGlobalRedZone);
  now.globals.set(address, uint32_t(globalNames.size()));
  globalNames.emplace_back(name);
}

void Kasan::enterFrame(Address start, uint64_t bytes) {
  now.shadow.poison(start - stackRedZone, stackRedZone, ShadowStackLeft);
  now.shadow.unpoison(start, bytes);
  now.shadow.poison(start + roundedUp(bytes), stackRedZone, ShadowStackRight);
}

void Kasan::leaveFrame(Address start, uint64_t bytes) {
  now.shadow.unpoison(start - stackRedZone, roundedUp(bytes) + 2 * stackRedZone);
}

// --- Slab allocator (mm/kasan/common.c)

void Kasan::poisonSlab(CacheId, Address start, uint64_t bytes) { now.shadow.poison(start, bytes, ShadowSlabRedZone); }

void Kasan::initSlabObject(CacheId id, Address object) {
  if (const uint32_t offset = slub.cache(id).kasanAllocMeta)
    kernel.memory.fill(object + offset, 0, 2 * sizeof(Track));
}

void Kasan::unpoisonNewObject(CacheId id, Address object) { now.shadow.unpoison(object, slub.cache(id).objectSize); }

void Kasan::poisonNewObject(CacheId id, Address object) {
  now.shadow.poison(object, roundedUp(slub.cache(id).objectSize), ShadowSlabRedZone);
}

void Kasan::saveTrack(Address at) const {
  kernel.memory.store(at, Track{kernel.context.task().pid, uint32_t(kernel.symbols.caller())});
}

void Kasan::saveAllocTrack(CacheId id, Address object) {
  if (const uint32_t offset = slub.cache(id).kasanAllocMeta)
    saveTrack(object + offset);
}

void Kasan::maybeReduce(Gfp gfp) {
  if (kernel.profile.gfp.allowsBlocking(gfp))
    leaveQuarantine(now.quarantine.reduce());
}

void Kasan::leaveQuarantine(const std::vector<KasanQuarantine::Object> &objects) {
  for (const KasanQuarantine::Object &object : objects)
    slub.freeLate(object.address);
}

void Kasan::slabAlloc(CacheId id, Address object, Gfp gfp) {
  maybeReduce(gfp);
  if (!object)
    return;
  now.shadow.unpoison(object, slub.cache(id).objectSize);
  saveAllocTrack(id, object);
}

void Kasan::redZoneOf(CacheId id, Address object, uint64_t size) {
  now.shadow.poisonLastGranule(object, size);
  const uint64_t whole = roundedUp(size), end = roundedUp(slub.cache(id).objectSize);
  if (end > whole)
    now.shadow.poison(object + whole, end - whole, ShadowSlabRedZone);
  saveAllocTrack(id, object);
}

void Kasan::kmallocRedZone(CacheId id, Address object, uint64_t size, Gfp gfp) {
  maybeReduce(gfp);
  if (object)
    redZoneOf(id, object, size);
}

void Kasan::redZoneOfPages(Address object, uint64_t size) {
  const Page &page = kernel.memory.page((object - directMapStart) >> pageShift);
  const uint64_t end = pageSize << (page.pageFlags & PageHead ? page.order : 0);
  now.shadow.poisonLastGranule(object, size);
  if (end > roundedUp(size))
    now.shadow.poison(object + roundedUp(size), end - roundedUp(size), ShadowPageRedZone);
}

void Kasan::kmallocLarge(Address object, uint64_t size, Gfp gfp) {
  maybeReduce(gfp);
  if (object)
    redZoneOfPages(object, size);
}

void Kasan::kreallocInPlace(Address object, uint64_t size, Gfp gfp) {
  maybeReduce(gfp);
  now.shadow.unpoison(object, size);
  if (const CacheId id = slub.cacheOf(object))
    redZoneOf(id, object, size);
  else
    redZoneOfPages(object, size);
}

/// check_slab_allocation(). A page that is no slab has no objects to be near to: nearest_obj() reads through NULL.
bool Kasan::slabPreFree(CacheId, Address object) {
  constexpr Address objectsField = 0x2a; // struct slab::objects (mm/slab.h)
  if (slub.cacheOf(object) == noCache)
    kernel.reports.badAccess(objectsField, AccessKind::Read, {"check_slab_allocation", "mm/kasan/common.c", 0});
  if (slub.objectAt(object) != object) {
    reportFree(object, FreeFault::Invalid, caller());
    return true;
  }
  if (isByteAccessible(object))
    return false;
  reportFree(object, FreeFault::Double, caller());
  return true;
}

bool Kasan::slabFree(CacheId id, Address object, bool stillAccessible) {
  const KmemCache &from = slub.cache(id);
  const bool hasMeta = from.kasanFreeMeta != noFreeMeta;
  if (!stillAccessible) {
    now.shadow.poison(object, roundedUp(from.objectSize), ShadowSlabFree);
    if (hasMeta) {
      saveTrack(object + from.kasanFreeMeta + trackInFreeMeta);
      now.shadow.set(object, ShadowSlabFreeMeta);
    }
  }
  if (!hasMeta)
    return false;
  now.quarantine.put(kernel.context.cpu(), {object, id, from.size});
  return true;
}

/// check_page_allocation().
bool Kasan::checkPageFree(Address object, const std::string &in) {
  const Pfn head = virtToHead(kernel, object, "kfree");
  if (object != pageToVirt(head)) {
    reportFree(object, FreeFault::Invalid, in);
    return true;
  }
  if (isByteAccessible(object))
    return false;
  reportFree(object, FreeFault::Double, in);
  return true;
}

/// The pages are freed all the same, and poisoned by that.
void Kasan::kfreeLarge(Address object) { checkPageFree(object, "kfree"); }

void Kasan::cacheShrink(CacheId cache) { leaveQuarantine(now.quarantine.removeCache(cache)); }
void Kasan::cacheShutdown(CacheId cache) { leaveQuarantine(now.quarantine.removeCache(cache)); }

// --- Pages and areas (mm/kasan/shadow.c)

void Kasan::pagesAllocated(Pfn first, unsigned order) { now.shadow.unpoison(pageToVirt(first), pageSize << order); }
void Kasan::pagesFreed(Pfn first, unsigned order) {
  now.shadow.poison(pageToVirt(first), pageSize << order, ShadowPageFree);
}

void Kasan::areaPopulated(Address start, uint64_t bytes) { now.shadow.populate(start, start + bytes); }
void Kasan::areaUnpoisoned(Address start, uint64_t bytes) { now.shadow.unpoison(start, bytes); }
void Kasan::areaPoisoned(Address start, uint64_t bytes) {
  now.shadow.poison(start, roundedUp(bytes), ShadowVmallocInvalid);
}

} // namespace kmem::sim
