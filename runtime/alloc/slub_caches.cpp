// Making caches (mm/slab_common.c): what is refused, what is merged with a cache that is there already, and the
// first two caches, which hold the allocator's own structures.
#include "runtime/alloc/slub.h"
#include "runtime/alloc/slub_state.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr uint32_t kmallocMinAlign = 8; // ARCH_KMALLOC_MINALIGN
constexpr uint64_t largestObject = uint64_t(1) << (maxPageOrder + pageShift);
constexpr int outOfMemory = -12, invalid = -22;
constexpr uint32_t pointerSize = 8;

constexpr SiteByRelease blankInNameSite{{"kmem_cache_create_usercopy", "mm/slab_common.c", 97},
                                        {"__kmem_cache_create_args", "mm/slab_common.c", 110}};
constexpr CodeSite duplicateNameSite{"__kmem_cache_create_args", "mm/slab_common.c", 107};
constexpr SiteByRelease offsetOnlySite{{"kmem_cache_create_usercopy", "mm/slab_common.c", 320},
                                       {"__kmem_cache_create_args", "mm/slab_common.c", 343}};
constexpr SiteByRelease userSizeSite{{"kmem_cache_create_usercopy", "mm/slab_common.c", 321},
                                     {"__kmem_cache_create_args", "mm/slab_common.c", 344}};

uint32_t alignUp(uint32_t value, uint32_t align) { return (value + align - 1) / align * align; }

/// sizeof(struct kmem_cache_node): a spinlock with what its debugging adds, then counts and lists.
uint32_t nodeStructSize(const Profile &profile) { return (profile.proveLocking ? 64 : 8) + 56; }

/// offsetof(struct kmem_cache, node) and the pointers behind it.
uint32_t cacheStructSize(const Profile &profile) {
  constexpr uint32_t always = 120, kobject = 64, lockClassKey = 16;
  const bool is612 = profile.release.atLeast(6, 12);
  const bool hasUsercopy = !is612 || profile.distribution; // CONFIG_HARDENED_USERCOPY since 6.2
  return always + kobject + (is612 && profile.proveLocking ? lockClassKey : 0) +
         (profile.slabFreelistHardened ? 8 : 0) + (profile.numa ? 8 : 0) + (profile.slabFreelistRandom ? 8 : 0) +
         (profile.kasan ? (is612 ? 8 : 16) : 0) + (hasUsercopy ? 8 : 0) + profile.nodes * pointerSize;
}

} // namespace

void Slub::makeFirstCaches() {
  const SlabFlagWord aligned = flags.hwcacheAlign | flags.noObjExt;
  current->cacheOfNodes =
      makeCache({.name = "kmem_cache_node", .size = nodeStructSize(kernel.profile), .flags = aligned}, true);
  current->cacheOfCaches =
      makeCache({.name = "kmem_cache", .size = cacheStructSize(kernel.profile), .flags = aligned}, true);
  const Gfp gfp = kernel.profile.gfp.kswapdReclaim;
  for (const CacheId id : {current->cacheOfCaches, current->cacheOfNodes}) {
    makeNodes(id);
    current->caches.write(id).self = allocate(current->cacheOfCaches, gfp | kernel.profile.gfp.zero);
    current->caches.write(id).references = -1;
    link(id);
  }
}

/// create_boot_cache(), and what create_kmalloc_cache() puts around it.
CacheId Slub::createAtBoot(const CacheOptions &options, int32_t references) {
  const CacheId id = makeCache(options, true);
  current->caches.write(id).self =
      allocate(current->cacheOfCaches, kernel.profile.gfp.kswapdReclaim | kernel.profile.gfp.zero);
  makeNodes(id);
  current->caches.write(id).references = references;
  link(id);
  return id;
}

void Slub::finishKmalloc() {
  current->up = true;
  if (kernel.profile.slabFreelistRandom) // init_freelist_randomization()
    for (CacheId id = current->newest; id != noCache; id = cache(id).older)
      shuffle(id);
}

void Slub::finishBoot() { current->booting = false; }

CacheId Slub::create(const CacheOptions &options) {
  int error = 0;
  CacheId id = noCache;
  {
    LockScope lock(kernel, KernelLock::SlabMutex);
    id = createLocked(options, error);
  }
  if (!error)
    return id;
  const bool is612 = kernel.profile.release.atLeast(6, 12);
  const std::string function = is612 ? "__kmem_cache_create_args" : "kmem_cache_create_usercopy";
  const std::string name(options.name);
  if (options.flags & flags.panic)
    kernel.reports.panic(function + ": Failed to create slab '" + name + "'. Error " + std::to_string(error));
  kernel.console.print(function + "(" + name + ") failed with error " + std::to_string(error));
  return noCache;
}

CacheId Slub::createLocked(CacheOptions options, int &error) {
  if (!isSane(options) || (options.flags & ~flags.permitted())) {
    error = invalid;
    return noCache;
  }
  options.flags &= flags.createMask();
  checkUserRegion(options);
  if (const CacheId merged = findMergeable(options); merged != noCache) {
    KmemCache &shared = current->caches.write(merged);
    ++shared.references;
    shared.objectSize = std::max(shared.objectSize, options.size);
    shared.inUse = std::max(shared.inUse, alignUp(options.size, pointerSize));
    return merged;
  }
  const auto at = options.freePointerOffset;
  if (at && (*at >= options.size || !(options.flags & flags.typesafeByRcu) || *at % pointerSize)) {
    error = invalid;
    return noCache;
  }
  return makeAndList(options, error);
}

/// create_cache(): the structures of a cache are allocations, too, and may fail.
CacheId Slub::makeAndList(const CacheOptions &options, int &error) {
  const Gfp gfp = kernel.profile.gfp.kernel();
  const Address self = allocate(current->cacheOfCaches, gfp | kernel.profile.gfp.zero);
  error = outOfMemory;
  if (!self)
    return noCache;
  error = invalid;
  const CacheId id = makeCache(options, false);
  if (id == noCache || !makeNodes(id)) {
    if (id != noCache)
      forget(id);
    free(current->cacheOfCaches, self);
    return noCache;
  }
  error = 0;
  KmemCache &made = current->caches.write(id);
  made.self = self;
  made.references = 1;
  link(id);
  if (kernel.profile.slabFreelistRandom && current->up)
    shuffle(id);
  return id;
}

/// kmem_cache_sanity_check(), which only CONFIG_DEBUG_VM has.
bool Slub::isSane(const CacheOptions &options) {
  if (!kernel.profile.debugVm)
    return true;
  const std::string name(options.name);
  if (name.empty() || kernel.context.inInterrupt() || options.size > largestObject) {
    kernel.console.print("kmem_cache_create(" + (name.empty() ? "(null)" : name) + ") integrity check failed");
    return false;
  }
  if (kernel.profile.release.atLeast(6, 12) && named(name) != noCache) {
    kernel.console.print("kmem_cache of name '" + name + "' already exists");
    kernel.reports.warn(duplicateNameSite);
  }
  if (name.find(' ') != std::string::npos)
    kernel.reports.warn(blankInNameSite.in(kernel.profile.release));
  return true;
}

bool Slub::hasUserRegions() const { return kernel.profile.distribution || !kernel.profile.release.atLeast(6, 2); }

/// A region for user copies that is not within the object is none.
void Slub::checkUserRegion(CacheOptions &options) {
  const Release &release = kernel.profile.release;
  bool valid = hasUserRegions();
  if (valid && !options.userSize && options.userOffset) {
    kernel.reports.warn(offsetOnlySite.in(release));
    valid = false;
  }
  if (valid && (options.size < options.userSize || options.size - options.userSize < options.userOffset)) {
    kernel.reports.warn(userSizeSite.in(release));
    valid = false;
  }
  if (!valid)
    options.userSize = options.userOffset = 0;
}

/// find_mergeable(): the oldest cache whose objects are hardly larger and that is otherwise alike.
CacheId Slub::findMergeable(const CacheOptions &options) const {
  const SlabFlagWord wanted = layout.withDebug(options.flags);
  if (options.ctor || options.userSize || (wanted & flags.neverMerge()))
    return noCache;
  uint32_t size = alignUp(options.size, pointerSize);
  const uint32_t align =
      layout.alignment(kernel.profile.release.atLeast(6, 12) ? wanted : options.flags, options.align, size);
  size = alignUp(size, align);
  for (CacheId id = current->oldest; id != noCache; id = cache(id).newer) {
    const KmemCache &at = cache(id);
    if (isUnmergeable(at) || size > at.size || ((wanted ^ at.flags) & flags.mergeSame()))
      continue;
    if ((at.size & ~(align - 1)) == at.size && at.size - size < pointerSize)
      return id;
  }
  return noCache;
}

bool Slub::isUnmergeable(const KmemCache &cache) const {
  return cache.has(flags.neverMerge()) || cache.ctor || cache.userSize || cache.references < 0;
}

/// do_kmem_cache_create(), kmem_cache_open() in 6.1: the record with its layout; noCache when there is no layout.
CacheId Slub::makeCache(const CacheOptions &options, bool atBoot) {
  KmemCache made{};
  made.flags = layout.withDebug(options.flags);
  made.objectSize = options.size;
  made.ctor = options.ctor;
  made.align = layout.alignment(options.flags, atBoot ? bootAlign(options) : options.align, options.size);
  if (hasUserRegions()) {
    made.userOffset = options.userOffset;
    made.userSize = options.userSize;
  }
  made.boot = atBoot;
  if (kernel.profile.slabFreelistHardened)
    made.random = random();
  const SlabFlagWord growing = flags.redZone | flags.poison | flags.storeUser;
  if (!options.size && !made.ctor && !made.has(growing) && !kernel.profile.kasan) // nothing makes the slot larger
    kernel.reports.divideError({"calculate_order", "mm/slub.c", 0});
  if (!layout.compute(made, options.freePointerOffset))
    return noCache;
  const CacheId id = current->caches.allocate();
  current->caches.write(id) = made;
  CacheName &name = current->names.write(id);
  name = {};
  options.name.copy(name.text, maxCacheName - 1);
  for (unsigned n = 0; n < kernel.profile.nodes; ++n)
    current->nodes.write(uint64_t(id) * kernel.profile.nodes + n) = {};
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    current->cpuSlabs.write(uint64_t(id) * kernel.profile.cpus + cpu) = {};
  return id;
}

/// Boot caches are aligned to their size when it is a power of two; kmalloc caches of 6.12 to the largest power of two
/// that divides it.
uint32_t Slub::bootAlign(const CacheOptions &options) const {
  const uint32_t divisor = options.size & -options.size;
  const bool naturally =
      kernel.profile.release.atLeast(6, 12) ? (options.flags & flags.kmalloc) != 0 : std::has_single_bit(options.size);
  return naturally ? std::max(kmallocMinAlign, divisor) : kmallocMinAlign;
}

bool Slub::makeNodes(CacheId id) {
  for (unsigned n = 0; n < kernel.profile.nodes; ++n) {
    const Address self = allocate(current->cacheOfNodes, kernel.profile.gfp.kernel());
    if (!self)
      return false;
    current->nodes.write(uint64_t(id) * kernel.profile.nodes + n).self = self;
  }
  return true;
}

void Slub::link(CacheId id) {
  KmemCache &added = current->caches.write(id);
  added.older = current->newest;
  added.newer = noCache;
  if (current->newest != noCache)
    current->caches.write(current->newest).newer = id;
  else
    current->oldest = id;
  current->newest = id;
}

void Slub::unlink(CacheId id) {
  const KmemCache removed = cache(id);
  (removed.newer ? current->caches.write(removed.newer).older : current->newest) = removed.older;
  (removed.older ? current->caches.write(removed.older).newer : current->oldest) = removed.newer;
}

} // namespace kmem::sim
