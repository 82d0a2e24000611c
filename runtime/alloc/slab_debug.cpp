#include "runtime/alloc/slab_debug.h"

#include <algorithm>

namespace kmem::sim {

namespace {

std::string number(uint64_t value) { return std::to_string(value); }

uint64_t freelistKey(const KmemCache &cache, Address where) { return cache.random ^ __builtin_bswap64(where); }

} // namespace

// Arithmetic

Address SlabDebug::freePointer(const KmemCache &cache, Address object) const {
  const Address where = object + cache.offset;
  const auto stored = kernel.memory.load<uint64_t>(where);
  return kernel.profile.slabFreelistHardened ? stored ^ freelistKey(cache, where) : stored;
}

void SlabDebug::setFreePointer(const KmemCache &cache, Address object, Address next) {
  const Address where = object + cache.offset;
  kernel.memory.store<uint64_t>(where, kernel.profile.slabFreelistHardened ? next ^ freelistKey(cache, where) : next);
}

/// check_valid_pointer(): null, or the beginning of an object of this slab.
bool SlabDebug::isValidPointer(const DebugSlab &slab, Address object) const {
  if (!object)
    return true;
  const uint64_t offset = object - slab.cache.redLeftPad - slab.start();
  const uint64_t end = uint64_t(kernel.memory.page(slab.pfn).slab.objects) * slab.cache.size;
  return offset < end && offset % slab.cache.size == 0;
}

Address SlabDebug::trackOf(const KmemCache &cache, Address object, TrackItem item) const {
  return object + KmemCacheLayout::infoEnd(cache) + unsigned(item) * trackSize;
}

/// Where the padding begins.
uint32_t SlabDebug::endOfData(const KmemCache &cache) const {
  uint32_t end = KmemCacheLayout::infoEnd(cache);
  if (cache.has(flags.storeUser))
    end += 2 * trackSize + (cache.has(flags.kmalloc) ? layout.originalSizeBytes() : 0);
  return end + kasanBehindObject(cache);
}

/// kasan_metadata_size(): what KASAN keeps at the beginning of a free object (6.12), and behind it.
uint32_t SlabDebug::kasanInObject(const KmemCache &cache) const {
  return kernel.profile.kasan && kernel.profile.release.atLeast(6, 12) && !cache.kasanFreeMeta ? kasanFreeMetaSize : 0;
}

uint32_t SlabDebug::kasanBehindObject(const KmemCache &cache) const {
  if (!kernel.profile.kasan)
    return 0;
  return (cache.kasanAllocMeta ? kasanAllocMetaSize : 0) +
         (cache.kasanFreeMeta && cache.kasanFreeMeta != noKasanFreeMeta ? kasanFreeMetaSize : 0);
}

// Setting up

void SlabDebug::setUpSlab(const DebugSlab &slab) {
  if (slab.cache.has(flags.poison))
    kernel.memory.fill(slab.start(), poisonInUse, pageSize << kernel.memory.page(slab.pfn).slab.order);
}

void SlabDebug::setUpObject(const KmemCache &cache, Address object) {
  if (!cache.has(flags.storeUser | flags.redZone | flags.objectPoison))
    return;
  initObject(cache, object, redInactive);
  if (cache.has(flags.storeUser))
    kernel.memory.fill(trackOf(cache, object, TrackItem::Alloc), 0, 2 * trackSize);
}

void SlabDebug::initObject(const KmemCache &cache, Address object, uint8_t value) {
  uint64_t used = cache.objectSize;
  if (cache.has(flags.redZone)) {
    kernel.memory.fill(object - cache.redLeftPad, value, cache.redLeftPad);
    if (kernel.profile.release.atLeast(6, 12) && layout.keepsOriginalSize(cache) && value == redActive)
      used = originalSize(cache, object); // the slack of the class is red zone, too
  }
  if (cache.has(flags.objectPoison)) {
    kernel.memory.fill(object, poisonFree, used - 1);
    kernel.memory.fill(object + used - 1, poisonEnd, 1);
  }
  if (cache.has(flags.redZone))
    kernel.memory.fill(object + used, value, cache.inUse - used);
}

void SlabDebug::setOriginalSize(const KmemCache &cache, Address object, uint64_t size) {
  if (!layout.keepsOriginalSize(cache))
    return;
  const Address where = object + KmemCacheLayout::infoEnd(cache) + 2 * trackSize;
  if (layout.originalSizeBytes() == 8)
    kernel.memory.store<uint64_t>(where, std::max<uint64_t>(size, kasanInObject(cache)));
  else
    kernel.memory.store<uint32_t>(where, uint32_t(size));
}

uint64_t SlabDebug::originalSize(const KmemCache &cache, Address object) const {
  if (!layout.keepsOriginalSize(cache))
    return cache.objectSize;
  const Address where = object + KmemCacheLayout::infoEnd(cache) + 2 * trackSize;
  return layout.originalSizeBytes() == 8 ? kernel.memory.load<uint64_t>(where) : kernel.memory.load<uint32_t>(where);
}

// Checks of a slab

bool SlabDebug::checkSlab(const DebugSlab &slab) {
  const Page &page = kernel.memory.page(slab.pfn);
  if (page.owner != PageOwner::Slab) {
    slabError(slab, "Not a valid slab page");
    return false;
  }
  const uint64_t most = (pageSize << page.slab.order) / slab.cache.size;
  if (page.slab.objects > most) {
    slabError(slab, "objects " + number(page.slab.objects) + " > max " + number(most));
    return false;
  }
  if (page.slab.inUse > page.slab.objects) {
    slabError(slab, "inuse " + number(page.slab.inUse) + " > max " + number(page.slab.objects));
    return false;
  }
  if (page.slab.frozen) {
    slabError(slab, "Slab disabled since SLUB metadata consistency check failed");
    return false;
  }
  checkPadding(slab);
  return true;
}

void SlabDebug::checkPadding(const DebugSlab &slab) {
  if (!slab.cache.has(flags.poison))
    return;
  const uint64_t length = pageSize << kernel.memory.page(slab.pfn).slab.order;
  const uint64_t remainder = length % slab.cache.size;
  const Address padding = slab.start() + length - remainder;
  const auto fault = differing(padding, poisonInUse, remainder);
  if (!fault)
    return;
  bugHeader(slab.name, "Padding overwritten. " + pointer(fault->first) + "-" + pointer(fault->second - 1) +
                           " @offset=" + number(fault->first - slab.start()));
  const bool dumpFirst = kernel.profile.release.atLeast(6, 12);
  if (dumpFirst)
    printSection("Padding ", padding, remainder);
  slabErrorTail(slab, "slab_pad_check");
  if (!dumpFirst)
    printSection("Padding ", padding, remainder);
  restore(slab, "slab padding", poisonInUse, fault->first, fault->second);
}

bool SlabDebug::isFreelistCorrupt(const DebugSlab &slab, Address object, Address next) {
  if (isValidPointer(slab, next))
    return false;
  objectError(slab, object, "Freechain corrupt");
  fix(slab, "Isolate corrupted freechain");
  return true;
}

bool SlabDebug::isOnFreelist(const DebugSlab &slab, Address search) {
  unsigned count = 0;
  Address object = 0;
  for (Address at = kernel.memory.page(slab.pfn).slab.freelist;
       at && count <= kernel.memory.page(slab.pfn).slab.objects; ++count) {
    if (at == search)
      return true;
    if (!isValidPointer(slab, at)) {
      if (!object) {
        slabError(slab, "Freepointer corrupt");
        PageOfSlab &page = kernel.memory.pageForWrite(slab.pfn).slab;
        page.freelist = 0;
        page.inUse = page.objects;
        fix(slab, "Freelist cleared");
        return false;
      }
      objectError(slab, object, "Freechain corrupt");
      setFreePointer(slab.cache, object, 0);
      break;
    }
    object = at;
    at = freePointer(slab.cache, object);
  }
  correctCounts(slab, count);
  return search == 0;
}

void SlabDebug::correctCounts(const DebugSlab &slab, unsigned freeObjects) {
  const PageOfSlab page = kernel.memory.page(slab.pfn).slab;
  const auto most = unsigned(std::min<uint64_t>((pageSize << page.order) / slab.cache.size, maxObjectsPerSlab));
  if (page.objects != most) {
    slabError(slab, "Wrong number of objects. Found " + number(page.objects) + " but should be " + number(most));
    kernel.memory.pageForWrite(slab.pfn).slab.objects = uint16_t(most);
    fix(slab, "Number of objects adjusted");
  }
  const int counted = int(most) - int(freeObjects);
  if (page.inUse != counted) {
    slabError(slab,
              "Wrong object count. Counter is " + number(page.inUse) + " but counted were " + std::to_string(counted));
    kernel.memory.pageForWrite(slab.pfn).slab.inUse = uint16_t(counted);
    fix(slab, "Object count adjusted");
  }
}

} // namespace kmem::sim
