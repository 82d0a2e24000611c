#include "runtime/alloc/vmap_space.h"

#include <algorithm>

namespace kmem::sim {

namespace {

constexpr uint64_t maxPooledPages = 256; // MAX_VA_SIZE_PAGES: ranges up to 1 MiB are pooled
constexpr Address spaceStart = 1;        // vmap_init_free_space() makes [1, ULONG_MAX) free
constexpr Address spaceEnd = UINT64_MAX;

uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

/// is_within_this_va(): where `size` bytes would start in the range, nothing when they do not fit.
std::optional<Address> placeIn(Address start, uint64_t rangeSize, uint64_t size, uint64_t align, Address from) {
  const Address place = alignUp(std::max(start, from), align);
  if (place + size < place || place < from || place + size > start + rangeSize)
    return std::nullopt;
  return place;
}

} // namespace

VmapSpace::VmapSpace(unsigned nodes, bool mergeLazy) : nodeCount(nodes), merging(mergeLazy) {
  free.set(spaceStart, {spaceEnd - spaceStart, 0});
}

std::optional<VmapSpace::Range> VmapSpace::takePooled(unsigned node, uint64_t size, uint64_t align) {
  const uint64_t pages = size >> pageShift;
  if (nodeCount == 1 || pages == 0 || pages > maxPooledPages)
    return std::nullopt;
  const uint64_t index = node * maxPooledPages + pages - 1;
  if (!pools[index].head)
    return std::nullopt;
  Pool &pool = pools.write(index);
  const Range range = popPooled(pool, size);
  if (range.start % align == 0)
    return range;
  pushPooled(node, range, false); // not aligned: it goes to the end, others get their turn
  return std::nullopt;
}

std::optional<Address> VmapSpace::take(uint64_t size, uint64_t align, Address start, Address end, Address &spare,
                                       Objects &unused) {
  const bool exactRange = end - start == size;
  const uint64_t length = align <= pageSize || exactRange ? size : size + align - 1;
  const auto found =
      free.findFirst([&](const Largest &below) { return below.size >= length && below.end > start; },
                     [&](uint64_t at, const Free &range) {
                       return range.size >= length && placeIn(at, range.size, size, align, start).has_value();
                     });
  if (!found)
    return std::nullopt;
  const Address place = *placeIn(found->key, found->value.size, size, align, start);
  if (place + size > end)
    return std::nullopt;
  cut(found->key, found->value, place, size, spare, unused);
  return place;
}

bool VmapSpace::takeExactly(Address start, uint64_t size, Address &spare, Objects &unused) {
  const auto range = free.atOrBelow(start);
  if (!range || range->key + range->value.size < start + size)
    return false;
  cut(range->key, range->value, start, size, spare, unused);
  return true;
}

std::optional<Address> VmapSpace::highestFree(uint64_t size, uint64_t align, Address limit) const {
  for (auto range = free.atOrBelow(limit - 1); range; range = free.atOrBelow(range->key - 1)) {
    const Address end = std::min(range->key + range->value.size, limit) & ~(align - 1);
    if (end >= size && end - size >= std::max(range->key, vmallocStart))
      return end - size;
    if (range->key <= vmallocStart)
      break;
  }
  return std::nullopt;
}

/// va_clip(): the four ways a range can lie in a free one.
void VmapSpace::cut(uint64_t freeStart, const Free &from, Address start, uint64_t size, Address &spare,
                    Objects &unused) {
  const Free whole = from;
  const uint64_t before = start - freeStart;
  const uint64_t after = freeStart + whole.size - (start + size);
  free.erase(freeStart);
  if (!before && !after) {
    if (whole.object)
      unused.push_back(whole.object);
    return;
  }
  Address objectBefore = whole.object;
  if (before && after) {
    objectBefore = spare;
    spare = 0;
  }
  if (before)
    free.set(freeStart, {before, objectBefore});
  if (after)
    free.set(start + size, {after, whole.object});
}

/// merge_or_add_vmap_area_augment(): a neighbour swallows the range, and its object is left over.
void VmapSpace::giveBack(const Range &range, Objects &unused) {
  Range merged = range;
  const auto drop = [&](Address object) {
    if (object)
      unused.push_back(object);
  };
  if (const Free *next = free.find(range.start + range.size)) {
    drop(merged.object);
    merged.object = next->object;
    merged.size += next->size;
    free.erase(range.start + range.size);
  }
  if (const auto previous = free.atOrBelow(range.start);
      previous && previous->key + previous->value.size == range.start) {
    drop(merged.object);
    merged = {previous->key, previous->value.size + merged.size, previous->value.object};
    free.erase(previous->key);
  }
  free.set(merged.start, {merged.size, merged.object});
}

std::optional<VmArea> VmapSpace::busyAt(Address address) const {
  const auto area = busy.atOrBelow(address);
  if (!area || address >= area->key + area->value.size)
    return std::nullopt;
  return area->value;
}

void VmapSpace::addLazy(const Range &range, unsigned node, bool fromNode, Objects &unused) {
  lazyPageCount += range.size >> pageShift;
  Lazy added{range.size, range.object, uint8_t(node), fromNode};
  Address start = range.start;
  if (merging) {
    if (const Lazy *next = lazy.find(start + range.size)) {
      unused.push_back(added.object);
      added.object = next->object;
      added.size += next->size;
      lazy.erase(start + range.size);
    }
    if (const auto previous = lazy.atOrBelow(start); previous && previous->key + previous->value.size == start) {
      unused.push_back(added.object);
      added.object = previous->value.object;
      added.size += previous->value.size;
      start = previous->key;
    }
  }
  lazy.set(start, added);
}

bool VmapSpace::purgeLazy(bool toFree, Objects &unused) {
  decayPools(toFree, unused);
  if (lazy.empty())
    return false;
  const OrderedMap<Lazy> waiting = lazy;
  lazy = {};
  lazyPageCount = 0;
  waiting.forEach([&](uint64_t start, const Lazy &range) {
    const Range back{start, range.size, range.object};
    if (range.pooled && !toFree && (range.size >> pageShift) <= maxPooledPages)
      pushPooled(range.node, back, true);
    else
      giveBack(back, unused);
    return true;
  });
  return true;
}

void VmapSpace::decayPools(bool all, Objects &unused) {
  if (nodeCount == 1 || pooled.live() == 0)
    return;
  for (uint64_t index = 0; index < nodeCount * maxPooledPages; ++index) {
    const uint32_t length = pools[index].length;
    if (!length)
      continue;
    // decay_va_pool_node(): one range always goes before the counter is looked at; a length below 4 wraps it around.
    const uint32_t quarter = length >> 2;
    const uint32_t leaving = all || quarter == 0 ? length : quarter;
    Pool &pool = pools.write(index);
    for (uint32_t i = 0; i < leaving; ++i)
      giveBack(popPooled(pool, (index % maxPooledPages + 1) << pageShift), unused);
  }
}

void VmapSpace::pushPooled(unsigned node, const Range &range, bool front) {
  Pool &pool = pools.write(node * maxPooledPages + (range.size >> pageShift) - 1);
  const uint32_t added = pooled.allocate();
  pooled.write(added) = {range.start, range.object, front ? pool.head : 0, front ? 0 : pool.tail};
  uint32_t &inner = front ? pool.head : pool.tail;
  if (inner)
    (front ? pooled.write(inner).previous : pooled.write(inner).next) = added;
  inner = added;
  if (!(front ? pool.tail : pool.head))
    (front ? pool.tail : pool.head) = added;
  ++pool.length;
}

VmapSpace::Range VmapSpace::popPooled(Pool &pool, uint64_t size) {
  const uint32_t first = pool.head;
  const Pooled range = pooled[first];
  pool.head = range.next;
  if (range.next)
    pooled.write(range.next).previous = 0;
  else
    pool.tail = 0;
  --pool.length;
  pooled.free(first);
  return {range.start, size, range.object};
}

} // namespace kmem::sim
