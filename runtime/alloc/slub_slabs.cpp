// Slabs themselves: pages become a slab with a freelist, and go back.
#include "runtime/alloc/gfp_fix.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"

namespace kmem::sim {

namespace {

constexpr SiteByRelease ctorAndZeroSite{{"new_slab", "mm/slub.c", 2001}, {"new_slab", "mm/slub.c", 2700}};
constexpr unsigned randomOrderShift = 15; // objects of a slab are counted in 15 bits

} // namespace

/// new_slab().
std::optional<Pfn> Slub::newSlab(CacheId id, Gfp gfp) {
  const GfpFlags &f = kernel.profile.gfp;
  if (gfp & slabBugMask(f))
    gfp = fixSlabGfp(kernel, gfp);
  if (cache(id).ctor && (gfp & f.zero))
    kernel.reports.warnOnce(ctorAndZeroSite.in(kernel.profile.release));
  gfp &= reclaimMask(f) | f.hardwall | f.thisnode; // GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK
  SlabOrder got{};
  const std::optional<Pfn> slab = allocatePages(cache(id), gfp, got);
  if (!slab)
    return std::nullopt;
  Page &page = kernel.memory.pageForWrite(*slab);
  page.owner = PageOwner::Slab;
  page.slab = {};
  page.slab.cache = id;
  page.slab.objects = got.objects;
  page.slab.order = uint8_t(got.order);
  makeFreelist(id, *slab);
  return slab;
}

/// allocate_slab()'s two tries: the best order without effort, then the least with all of it.
std::optional<Pfn> Slub::allocatePages(const KmemCache &from, Gfp gfp, SlabOrder &got) {
  const GfpFlags &f = kernel.profile.gfp;
  got = from.best;
  gfp |= from.allocFlags;
  Gfp light = (gfp | f.nowarn | f.noretry) & ~f.nofail;
  if ((light & f.directReclaim) && from.best.order > from.least.order)
    light = (light | f.nomemalloc) & ~f.reclaim();
  if (const auto slab = pages.allocate(light, from.best.order))
    return slab;
  got = from.least;
  return pages.allocate(gfp, from.least.order);
}

/// The objects in order, or in the cache's random order from a random beginning (shuffle_freelist()).
void Slub::makeFreelist(CacheId id, Pfn slab) {
  const KmemCache from = cache(id);
  const unsigned objects = slabAt(slab).objects;
  const Address start = pageToVirt(slab) + from.redLeftPad;
  if (sanitizer)
    sanitizer->poisonSlab(id, pageToVirt(slab), pageSize << slabAt(slab).order);
  debug.setUpSlab(debugSlab(id, slab));
  const bool shuffled = kernel.profile.slabFreelistRandom && current->up && objects >= 2;
  const unsigned period = from.best.objects;
  unsigned position = shuffled ? unsigned(random() % period) : 0;
  auto next = [&] {
    unsigned index = position;
    do {
      if (shuffled)
        index = current->randomOrder.read((uint64_t(id) << randomOrderShift) + position);
      position = shuffled ? (position + 1) % period : position + 1;
    } while (index >= objects);
    return setUpObject(id, from, start + uint64_t(index) * from.size);
  };
  Address at = next();
  slabForWrite(slab).freelist = at;
  for (unsigned i = 1; i < objects; ++i) {
    const Address following = next();
    setFreePointer(from, at, following);
    at = following;
  }
  setFreePointer(from, at, 0);
}

/// setup_object().
Address Slub::setUpObject(CacheId id, const KmemCache &from, Address object) {
  debug.setUpObject(from, object);
  if (sanitizer)
    sanitizer->initSlabObject(id, object);
  if (from.ctor) {
    if (sanitizer)
      sanitizer->unpoisonNewObject(id, object);
    construct(from.ctor, object);
    if (sanitizer)
      sanitizer->poisonNewObject(id, object);
  }
  return object;
}

void Slub::construct(uint32_t callback, Address object) {
  if (runCallback)
    runCallback(callback, object);
  else
    kernel.deferred.invoke(callback, object);
}

/// cache_random_seq_create(): Fisher-Yates.
void Slub::shuffle(CacheId id) {
  const unsigned count = cache(id).best.objects;
  auto place = [&](unsigned i) -> uint16_t & {
    return current->randomOrder.write((uint64_t(id) << randomOrderShift) + i);
  };
  for (unsigned i = 0; i < count; ++i)
    place(i) = uint16_t(i);
  for (unsigned i = count; i-- > 1;) {
    const unsigned other = unsigned(random() % (i + 1));
    const uint16_t moved = place(i);
    place(i) = current->randomOrder.read((uint64_t(id) << randomOrderShift) + other);
    place(other) = moved;
  }
}

/// discard_slab().
void Slub::discardSlab(CacheId id, Pfn slab) {
  countSlab(id, slab, -1);
  releaseSlab(id, slab);
}

/// free_slab(): with checks, and after a grace period when readers may still look.
void Slub::releaseSlab(CacheId id, Pfn slab) {
  const KmemCache from = cache(id);
  if (from.has(flags.consistencyChecks)) {
    const DebugSlab checked = debugSlab(id, slab);
    debug.checkPadding(checked);
    for (unsigned i = 0; i < slabAt(slab).objects; ++i)
      debug.checkObject(checked, debug.firstObject(checked) + uint64_t(i) * from.size, redInactive);
  }
  if (from.has(flags.typesafeByRcu))
    kernel.deferred.callRcu(freeSlabCallback, slab); // rcu_free_slab()
  else
    freePages(slab);
}

/// __free_slab().
void Slub::freePages(Pfn slab) {
  Page &page = kernel.memory.pageForWrite(slab);
  const unsigned order = page.slab.order;
  page.owner = PageOwner::Allocated;
  page.pageFlags &= uint16_t(~PagePfmemalloc);
  page.slab = {};
  pages.free(slab, order);
}

} // namespace kmem::sim
