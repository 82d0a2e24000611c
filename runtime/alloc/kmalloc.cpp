#include "runtime/alloc/kmalloc.h"

#include "runtime/alloc/boot_caches.h"
#include "runtime/alloc/gfp_fix.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/kernel/virt_to_page.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace {

constexpr SiteByRelease orderZeroSite{{"free_large_kmalloc", "mm/slab_common.c", 904},
                                      {"free_large_kmalloc", "mm/slub.c", 4799}};
constexpr SiteByRelease smallFolioSite{{"__ksize", "mm/slab_common.c", 1014}, {"__ksize", "mm/slab_common.c", 1046}};
constexpr SiteByRelease interiorSite{{"__ksize", "mm/slab_common.c", 1016}, {"__ksize", "mm/slab_common.c", 1048}};

constexpr uint32_t sizes[kmallocShiftHigh + 1] = {0, 96, 192, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
constexpr const char *shortSizes[kmallocShiftHigh + 1] = {"0",   "96",  "192", "8",  "16", "32", "64",
                                                          "128", "256", "512", "1k", "2k", "4k", "8k"};
constexpr const char *prefixes[kmallocTypeCount] = {"kmalloc-", "kmalloc-rcl-", "dma-kmalloc-", "kmalloc-cg-"};

/// check_mul_overflow().
std::optional<uint64_t> product(uint64_t count, uint64_t size) {
  uint64_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? std::nullopt : std::optional(bytes);
}

} // namespace

unsigned kmallocIndex(uint64_t size) {
  if (size <= 8)
    return kmallocShiftLow;
  if (size > 64 && size <= 96)
    return 1;
  if (size > 128 && size <= 192)
    return 2;
  return unsigned(std::bit_width(size - 1));
}

Kmalloc::Kmalloc(Kernel &kernel, PageAllocator &pages, Slub &slub) : kernel(kernel), pages(pages), slub(slub) {
  makeCaches();
  slub.finishKmalloc();
  createBootCaches(kernel, slub, *this);
  slub.finishBoot();
}

/// create_kmalloc_caches(). The order is that of the list slab_caches.
void Kmalloc::makeCaches() {
  using enum KmallocType;
  if (kernel.profile.release.atLeast(6, 12)) {
    for (const KmallocType type : {Normal, Reclaim, Dma, Cgroup})
      for (unsigned index = 1; index <= kmallocShiftHigh; ++index)
        makeCache(type, index);
    return;
  }
  for (const KmallocType type : {Normal, Cgroup, Reclaim, Dma})
    for (unsigned index = kmallocShiftLow; index <= kmallocShiftHigh; ++index) {
      makeCache(type, index);
      if (index == 6 || index == 7) // 96 after 64, 192 after 128
        makeCache(type, index - 5);
    }
}

/// new_kmalloc_cache().
void Kmalloc::makeCache(KmallocType type, unsigned index) {
  const SlabFlags &f = slub.flags;
  if (type == KmallocType::Cgroup && !kernel.profile.memcg) {
    caches[unsigned(type)][index] = cache(KmallocType::Normal, index);
    return;
  }
  SlabFlagWord flags = f.kmalloc;
  int32_t references = 1;
  if (type == KmallocType::Reclaim)
    flags |= f.reclaimAccount;
  else if (type == KmallocType::Dma)
    flags |= f.cacheDma;
  else if (type == KmallocType::Cgroup)
    flags |= f.account;
  else if (kernel.profile.memcg) { // accounted objects must not get in among the others
    flags |= f.noMerge;
    references = f.noMerge ? 1 : -1;
  }
  const std::string name = std::string(prefixes[unsigned(type)]) + shortSizes[index];
  caches[unsigned(type)][index] =
      slub.createAtBoot({.name = name, .size = sizes[index], .flags = flags, .userSize = sizes[index]}, references);
}

KmallocType Kmalloc::typeOf(Gfp gfp) const {
  const GfpFlags &f = kernel.profile.gfp;
  if (gfp & f.dma)
    return KmallocType::Dma;
  if (gfp & f.reclaimable)
    return KmallocType::Reclaim;
  return kernel.profile.memcg && (gfp & f.account) ? KmallocType::Cgroup : KmallocType::Normal;
}

CacheId Kmalloc::cacheFor(uint64_t size, Gfp gfp) const {
  return size && size <= kmallocMaxCacheSize ? cache(typeOf(gfp), kmallocIndex(size)) : noCache;
}

Address Kmalloc::kmalloc(uint64_t size, Gfp gfp) {
  if (size > kmallocMaxCacheSize)
    return allocateLarge(size, gfp);
  if (!size)
    return zeroSizePointer;
  const CacheId from = cache(typeOf(gfp), kmallocIndex(size));
  const Address object = slub.allocateFor(from, gfp, size);
  if (SlabSanitizer *sanitizer = slub.slabSanitizer(); sanitizer && object)
    sanitizer->kmallocRedZone(from, object, size, gfp);
  return object;
}

/// ___kmalloc_large_node().
Address Kmalloc::allocateLarge(uint64_t size, Gfp gfp) {
  const GfpFlags &f = kernel.profile.gfp;
  if (gfp & slabBugMask(f))
    gfp = fixSlabGfp(kernel, gfp);
  gfp |= f.comp;
  const std::optional<Pfn> head = pages.allocate(gfp, orderOf(size));
  if (!head)
    return 0;
  kernel.memory.pageForWrite(*head).owner = PageOwner::LargeKmalloc;
  if (SlabSanitizer *sanitizer = slub.slabSanitizer())
    sanitizer->kmallocLarge(pageToVirt(*head), size, gfp);
  return pageToVirt(*head);
}

Address Kmalloc::kzalloc(uint64_t size, Gfp gfp) { return kmalloc(size, gfp | kernel.profile.gfp.zero); }

Address Kmalloc::kmallocArray(uint64_t count, uint64_t size, Gfp gfp) {
  const std::optional<uint64_t> bytes = product(count, size);
  return bytes ? kmalloc(*bytes, gfp) : 0;
}

Address Kmalloc::kcalloc(uint64_t count, uint64_t size, Gfp gfp) {
  return kmallocArray(count, size, gfp | kernel.profile.gfp.zero);
}

void Kmalloc::kfree(Address object) {
  if (isZeroOrNull(object))
    return;
  const Pfn head = virtToHead(kernel, object, "kfree");
  if (kernel.memory.page(head).owner == PageOwner::Slab)
    slub.freeIn(head, object);
  else
    freeLarge(head, object);
}

/// free_large_kmalloc(): whatever the page is, it is freed.
void Kmalloc::freeLarge(Pfn head, Address object) {
  const Page &page = kernel.memory.page(head);
  const unsigned order = page.pageFlags & PageHead ? page.order : 0;
  const CodeSite &site = orderZeroSite.in(kernel.profile.release);
  if (order == 0 && kernel.reports.warnOnce(site))
    kernel.console.print("object pointer: 0x" + kernel.reports.describePointer(object));
  if (SlabSanitizer *sanitizer = slub.slabSanitizer())
    sanitizer->kfreeLarge(object);
  if (page.owner == PageOwner::LargeKmalloc)
    kernel.memory.pageForWrite(head).owner = PageOwner::Allocated;
  if (kernel.profile.release.atLeast(6, 12))
    pages.putPage(head);
  else
    pages.free(head, order);
}

void Kmalloc::kfreeBulk(std::span<Address> objects) { slub.freeBulk(noCache, objects); }

void Kmalloc::kfreeSensitive(Address object) {
  if (const uint64_t size = ksize(object)) {
    if (SlabSanitizer *sanitizer = slub.slabSanitizer())
      sanitizer->unpoisonRange(object, size);
    kernel.memory.fill(object, 0, size);
  }
  kfree(object);
}

void Kmalloc::kfreeConst(Address object) {
  if (!isConstant(object))
    kfree(object);
}

uint64_t Kmalloc::ksize(Address object) {
  SlabSanitizer *sanitizer = slub.slabSanitizer();
  if (isZeroOrNull(object) || (sanitizer && !sanitizer->checkByte(object)))
    return 0;
  const Pfn head = virtToHead(kernel, object, "__ksize");
  const Page &page = kernel.memory.page(head);
  const Release &release = kernel.profile.release;
  uint64_t size = 0;
  if (page.owner == PageOwner::Slab) {
    if (release.atLeast(6, 2))
      slub.forgetOriginalSize(object);
    size = slub.usableSize(page.slab.cache);
  } else {
    size = pageSize << (page.pageFlags & PageHead ? page.order : 0);
    const bool tooSmall = size <= kmallocMaxCacheSize;
    if (tooSmall || object != pageToVirt(head)) {
      kernel.reports.warn((tooSmall ? smallFolioSite : interiorSite).in(release));
      return 0;
    }
  }
  if (sanitizer && !release.atLeast(6, 2)) // who asks may use all of it
    sanitizer->unpoisonRange(object, size);
  return size;
}

uint64_t Kmalloc::roundUp(uint64_t size) const {
  if (!size)
    return 0;
  if (size <= kmallocMaxCacheSize)
    return slub.cache(cache(KmallocType::Normal, kmallocIndex(size))).objectSize;
  const bool is612 = kernel.profile.release.atLeast(6, 12);
  if (is612 ? size > kmallocMaxSize : size == UINT64_MAX)
    return size; // no allocation of that size succeeds
  return pageSize << orderOf(size);
}

std::string Kmalloc::cacheNameOf(Address object) const {
  if (object == 0)
    return "NULL";
  if (object == zeroSizePointer)
    return "ZERO_SIZE_PTR";
  if (!isVirtAddrValid(kernel, object))
    return "";
  if (const CacheId owner = slub.cacheOf(object); owner != noCache)
    return std::string(slub.nameOf(owner));
  const Page &page = kernel.memory.page(virtToHead(kernel, object, "virt_to_head_page"));
  return "pages-order-" + std::to_string(page.pageFlags & PageHead ? page.order : 0);
}

} // namespace kmem::sim
