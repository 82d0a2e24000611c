#include "runtime/alloc/slub.h"

#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/slub_state.h"

#include <bit>

namespace kmem::sim {

namespace {

constexpr uint64_t splitMixStep = 0x9e3779b97f4a7c15;

uint64_t freelistKey(const KmemCache &cache, Address where) { return cache.random ^ __builtin_bswap64(where); }

} // namespace

Slub::Slub(Kernel &kernel, PageAllocator &pages, Oracle &oracle, uint64_t seed)
    : flags(SlabFlags::of(kernel.profile)), kernel(kernel), pages(pages), oracle(oracle), layout(kernel.profile, flags),
      debug(kernel, flags, layout),
      freeSlabCallback(kernel.deferred.registerCallback([this](uint64_t slab) { freePages(slab); })),
      partialsAreFrozen(!kernel.profile.release.atLeast(6, 8)), current(std::make_unique<State>()) {
  current->random = seed;
  makeFirstCaches();
}

Slub::~Slub() = default;

const Slub::State &Slub::state() const { return *current; }
void Slub::restore(const State &state) { *current = state; }

const KmemCache &Slub::cache(CacheId cache) const { return current->caches[cache]; }
std::string_view Slub::nameOf(CacheId cache) const { return current->names.read(cache).text; }
CacheId Slub::newest() const { return current->newest; }

CacheId Slub::named(std::string_view name) const {
  for (CacheId at = current->newest; at != noCache; at = cache(at).older)
    if (nameOf(at) == name)
      return at;
  return noCache;
}

std::optional<Pfn> Slub::slabOf(Address address) const {
  const Pfn pfn = (address - directMapStart) >> pageShift;
  if (address < directMapStart || !kernel.memory.hasFrame(pfn))
    return std::nullopt;
  const Page &page = kernel.memory.page(pfn);
  const Pfn head = page.compoundHead ? page.compoundHead - 1 : pfn;
  if (kernel.memory.page(head).owner != PageOwner::Slab)
    return std::nullopt;
  return head;
}

CacheId Slub::cacheOf(Address address) const {
  const std::optional<Pfn> slab = slabOf(address);
  return slab ? slabAt(*slab).cache : noCache;
}

Address Slub::objectAt(Address address) const {
  const std::optional<Pfn> slab = slabOf(address);
  if (!slab)
    return 0;
  const KmemCache &owner = cache(slabAt(*slab).cache);
  const uint64_t index = (address - pageToVirt(*slab)) / owner.size;
  if (index >= slabAt(*slab).objects)
    return 0;
  return pageToVirt(*slab) + index * owner.size + owner.redLeftPad;
}

const NodeSlabs &Slub::node(CacheId cache, unsigned node) const {
  return current->nodes.read(uint64_t(cache) * kernel.profile.nodes + node);
}

const CpuSlab &Slub::cpuSlab(CacheId cache, unsigned cpu) const {
  return current->cpuSlabs.read(uint64_t(cache) * kernel.profile.cpus + cpu);
}

uint64_t Slub::usableSize(CacheId id) const {
  const KmemCache &of = cache(id);
  if (of.has(flags.redZone | flags.poison))
    return of.objectSize;
  if (of.has(flags.kasan))
    return of.objectSize;
  if (of.has(flags.typesafeByRcu | flags.storeUser))
    return of.inUse;
  return of.size;
}

uint64_t Slub::originalSize(Address object) const {
  const CacheId owner = cacheOf(object);
  return owner == noCache ? 0 : debug.originalSize(cache(owner), object);
}

void Slub::forgetOriginalSize(Address object) {
  if (const CacheId owner = cacheOf(object); owner != noCache)
    debug.setOriginalSize(cache(owner), object, cache(owner).objectSize);
}

uint64_t Slub::liveObjects(CacheId id) const {
  uint64_t total = 0;
  for (unsigned n = 0; n < kernel.profile.nodes; ++n)
    total += node(id, n).objectCount;
  auto freeIn = [&](uint32_t firstLink, uint32_t PageOfSlab::*next) {
    uint64_t count = 0;
    for (uint32_t link = firstLink; link; link = slabAt(link - 1).*next)
      count += slabAt(link - 1).objects - slabAt(link - 1).inUse;
    return count;
  };
  for (unsigned n = 0; n < kernel.profile.nodes; ++n)
    total -= freeIn(node(id, n).partial.first, &PageOfSlab::next);
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu) {
    const CpuSlab &at = cpuSlab(id, cpu);
    total -= freeIn(at.partial, &PageOfSlab::partialNext);
    if (at.slab)
      total -= slabAt(at.slab - 1).objects - slabAt(at.slab - 1).inUse;
    for (Address object = at.freelist; object; object = freePointer(cache(id), object))
      --total;
  }
  return total;
}

uint64_t Slub::random() { // splitmix64
  uint64_t mixed = current->random += splitMixStep;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

CpuSlab &Slub::cpuSlabForWrite(CacheId cache) {
  return current->cpuSlabs.write(uint64_t(cache) * kernel.profile.cpus + kernel.context.cpu());
}

unsigned Slub::nodeOf(Pfn slab) const { return kernel.memory.page(slab).node; }

NodeSlabs &Slub::nodeForWrite(CacheId cache, Pfn slab) {
  return current->nodes.write(uint64_t(cache) * kernel.profile.nodes + nodeOf(slab));
}

const PageOfSlab &Slub::slabAt(Pfn slab) const { return kernel.memory.page(slab).slab; }
PageOfSlab &Slub::slabForWrite(Pfn slab) { return kernel.memory.pageForWrite(slab).slab; }

Address Slub::freePointer(const KmemCache &cache, Address object) const {
  const Address where = object + cache.offset;
  const auto stored = kernel.memory.load<uint64_t>(where);
  return kernel.profile.slabFreelistHardened ? stored ^ freelistKey(cache, where) : stored;
}

void Slub::setFreePointer(const KmemCache &cache, Address object, Address next, const char *by) {
  const Address where = object + cache.offset;
  const bool hardened = kernel.profile.slabFreelistHardened;
  if (hardened && object == next) // inlined into whoever frees
    kernel.reports.bug({by, "mm/slub.c", kernel.profile.release.atLeast(6, 12) ? 550u : 419u});
  kernel.memory.store<uint64_t>(where, hardened ? next ^ freelistKey(cache, where) : next);
}

DebugSlab Slub::debugSlab(CacheId id, Pfn slab) const { return {id, cache(id), nameOf(id), slab}; }

} // namespace kmem::sim
