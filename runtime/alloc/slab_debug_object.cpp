// What SlabDebug looks at when an object comes or goes.
#include "runtime/alloc/slab_debug.h"

#include <algorithm>
#include <vector>

namespace kmem::sim {

namespace {

std::string number(uint64_t value) { return std::to_string(value); }

} // namespace

bool SlabDebug::allocate(const DebugSlab &slab, Address object, uint64_t originalSize) {
  if (slab.cache.has(flags.consistencyChecks)) {
    bool fine = checkSlab(slab);
    if (fine && !isValidPointer(slab, object)) {
      objectError(slab, object, "Freelist Pointer check fails");
      fine = false;
    }
    if (!fine || !checkObject(slab, object, redInactive)) {
      fix(slab, "Marking all objects used");
      PageOfSlab &page = kernel.memory.pageForWrite(slab.pfn).slab;
      page.inUse = page.objects;
      page.freelist = 0;
      page.frozen = 1; // nobody takes from it or frees into it any more
      return false;
    }
  }
  setOriginalSize(slab.cache, object, originalSize);
  initObject(slab.cache, object, redActive);
  return true;
}

bool SlabDebug::free(const DebugSlab &slab, Address first, Address last, unsigned &count, Address caller) {
  auto refuse = [&](Address object) {
    fix(slab, "Object at " + pointer(object) + " not freed");
    return false;
  };
  const bool checks = slab.cache.has(flags.consistencyChecks);
  if (checks && !checkSlab(slab))
    return refuse(first);
  const unsigned inUse = kernel.memory.page(slab.pfn).slab.inUse;
  if (inUse < count) {
    slabError(slab, "Slab has " + number(inUse) + " allocated objects but " + number(count) + " are to be freed");
    return refuse(first);
  }
  unsigned seen = 0;
  for (Address object = first;; object = freePointer(slab.cache, object)) {
    if (++seen > count)
      break;
    if (checks && !checkFreeing(slab, object))
      return refuse(object);
    if (slab.cache.has(flags.storeUser))
      setTrack(slab.cache, object, TrackItem::Free, caller);
    initObject(slab.cache, object, redInactive);
    if (object == last)
      break;
  }
  if (seen == count)
    return true;
  // The kernel corrects the count and still refuses a chain that is too long.
  slabError(slab, "Bulk free expected " + number(count) + " objects but found " + number(seen));
  const bool tooLong = seen > count;
  count = seen;
  return tooLong ? refuse(last) : true;
}

/// free_consistency_checks().
bool SlabDebug::checkFreeing(const DebugSlab &slab, Address object) {
  if (!isValidPointer(slab, object)) {
    slabError(slab, "Invalid object pointer " + pointer(object));
    return false;
  }
  if (isOnFreelist(slab, object)) {
    objectError(slab, object, "Object already free");
    return false;
  }
  if (!checkObject(slab, object, redActive))
    return false;
  if (kernel.memory.page(slab.pfn).slab.cache != slab.id) {
    objectError(slab, object, "page slab pointer corrupt.");
    return false;
  }
  return true;
}

bool SlabDebug::checkObject(const DebugSlab &slab, Address object, uint8_t value) {
  const bool goesOn = kernel.profile.release.atLeast(6, 12); // 6.1 stops at the first finding
  bool fine = checkRedZones(slab, object, value);
  if (!fine && !goesOn)
    return false;
  if (slab.cache.has(flags.poison))
    fine = checkPoison(slab, object, value) && fine;
  if (!fine && !goesOn)
    return false;
  const bool outside = slab.cache.offset >= slab.cache.inUse;
  if ((outside || value != redActive) && !isValidPointer(slab, freePointer(slab.cache, object))) {
    objectError(slab, object, "Freepointer corrupt");
    setFreePointer(slab.cache, object, 0); // the rest of the list is lost
    return false;
  }
  return fine;
}

bool SlabDebug::checkRedZones(const DebugSlab &slab, Address object, uint8_t value) {
  const KmemCache &cache = slab.cache;
  const bool since612 = kernel.profile.release.atLeast(6, 12);
  const Address end = object + cache.objectSize;
  if (!cache.has(flags.redZone)) {
    const bool padded = cache.has(flags.poison) && cache.objectSize < cache.inUse;
    const bool fine = !padded || checkBytes(slab, object, "Alignment padding", end, poisonInUse,
                                            cache.inUse - cache.objectSize, true);
    return fine || !since612;
  }
  bool fine = checkBytes(slab, object, "Left Redzone", object - cache.redLeftPad, value, cache.redLeftPad, true);
  if (!fine && !since612)
    return false;
  fine = checkBytes(slab, object, "Right Redzone", end, value, cache.inUse - cache.objectSize, fine) && fine;
  if (!since612 || !layout.keepsOriginalSize(cache) || value != redActive)
    return fine;
  const uint64_t asked = originalSize(cache, object);
  return (asked >= cache.objectSize ||
          checkBytes(slab, object, "kmalloc Redzone", object + asked, value, cache.objectSize - asked, fine)) &&
         fine;
}

bool SlabDebug::checkPoison(const DebugSlab &slab, Address object, uint8_t value) {
  const KmemCache &cache = slab.cache;
  const bool since612 = kernel.profile.release.atLeast(6, 12);
  const uint32_t hidden = kasanInObject(cache);
  bool fine = true;
  if (value != redActive && cache.has(flags.objectPoison)) {
    if (hidden + 1 < cache.objectSize)
      fine = checkBytes(slab, object, "Poison", object + hidden, poisonFree, cache.objectSize - hidden - 1, true);
    if ((fine || since612) && hidden < cache.objectSize)
      fine = checkBytes(slab, object, "End Poison", object + cache.objectSize - 1, poisonEnd, 1, fine) && fine;
    if (!fine && !since612)
      return false;
  }
  const bool padded = checkObjectPadding(slab, object);
  return fine && (padded || !since612);
}

/// check_pad_bytes().
bool SlabDebug::checkObjectPadding(const DebugSlab &slab, Address object) {
  const uint32_t begin = endOfData(slab.cache), end = sizeFromObject(slab.cache);
  return begin == end || checkBytes(slab, object, "Object padding", object + begin, poisonInUse, end - begin, true);
}

/// check_bytes_and_report(). `reportObject`: nothing was reported of the object yet (6.12).
bool SlabDebug::checkBytes(const DebugSlab &slab, Address object, const char *what, Address start, uint8_t value,
                           uint64_t bytes, bool reportObject) {
  const auto fault = differing(start, value, bytes);
  if (!fault)
    return true;
  reportOverwritten(slab, object, what, fault->first, fault->second, value, reportObject);
  restore(slab, what, value, fault->first, fault->second);
  return false;
}

/// memchr_inv(): from the first byte that is not `value` to behind the last.
std::optional<std::pair<Address, Address>> SlabDebug::differing(Address start, uint8_t value, uint64_t bytes) const {
  std::vector<std::byte> content(bytes);
  kernel.memory.read(start, content);
  auto differs = [&](std::byte b) { return b != std::byte(value); };
  const auto first = std::find_if(content.begin(), content.end(), differs);
  if (first == content.end())
    return std::nullopt;
  const auto last = std::find_if(content.rbegin(), content.rend(), differs);
  return std::pair(start + uint64_t(first - content.begin()), start + uint64_t(last.base() - content.begin()));
}

} // namespace kmem::sim
