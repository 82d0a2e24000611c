#include "runtime/alloc/mempool.h"

#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"

namespace kmem::sim {

namespace {

constexpr const char *file = "mm/mempool.c";
constexpr SiteByRelease zeroFlag = {{"mempool_alloc", file, 401}, {"mempool_alloc_noprof", file, 411}};
constexpr SiteByRelease resizeSleeps = {{"mempool_resize", file, 325}, {"mempool_resize", file, 335}};
constexpr SiteByRelease resizeToNothing = {{"mempool_resize", file, 324}, {"mempool_resize", file, 334}};
constexpr SiteByRelease tooMany = {{"add_element", file, 143}, {"add_element", file, 159}};
constexpr SiteByRelease constructor = {{"mempool_alloc_slab", file, 531}, {"mempool_alloc_slab", file, 578}};

constexpr int enomem = -12;
constexpr uint64_t waitNanoseconds = 5'000'000'000; // io_schedule_timeout(5 * HZ)
constexpr unsigned maxWaits = 16;                   // with nothing given back in that many, nobody ever will

} // namespace

Mempools::Mempools(Kernel &kernel, PageAllocator &pages, Slub &slub, Kmalloc &kmalloc)
    : kernel(kernel), pages(pages), slub(slub), kmalloc(kmalloc) {}

MempoolId Mempools::createKmalloc(uint32_t minimum, uint64_t size) {
  return create(ElementKind::Kmalloc, size, minimum);
}
MempoolId Mempools::createSlab(uint32_t minimum, CacheId cache) { return create(ElementKind::Slab, cache, minimum); }
MempoolId Mempools::createPages(uint32_t minimum, unsigned order) { return create(ElementKind::Pages, order, minimum); }

MempoolId Mempools::create(ElementKind kind, uint64_t parameter, uint32_t minimum) {
  const Gfp gfp = kernel.profile.gfp.kernel();
  const uint64_t lockdepSize = kernel.profile.proveLocking ? 128 : 0; // two spinlocks with their maps
  Mempool pool{};
  pool.kind = kind;
  pool.parameter = parameter;
  pool.minimum = minimum;
  pool.object = kmalloc.kzalloc(72 + lockdepSize, gfp);
  if (!pool.object)
    return 0;
  pool.elements = kmalloc.kmallocArray(minimum, sizeof(Address), gfp);
  const MempoolId id = current.pools.allocate();
  current.pools.write(id) = pool;
  while (pool.elements && current.pools[id].current < minimum) {
    const Address element = allocateElement(pool, gfp);
    if (!element)
      break;
    addElement(id, element);
  }
  if (pool.elements && current.pools[id].current == minimum)
    return id;
  destroy(id);
  return 0;
}

void Mempools::destroy(MempoolId pool) {
  if (!pool)
    return;
  while (current.pools[pool].current)
    freeElement(current.pools[pool], removeElement(pool));
  kmalloc.kfree(current.pools[pool].elements);
  kmalloc.kfree(current.pools[pool].object);
  current.pools.free(pool);
}

int Mempools::resize(MempoolId pool, uint32_t minimum) {
  const Release &release = kernel.profile.release;
  if (int32_t(minimum) <= 0)
    kernel.reports.bug(resizeToNothing.in(release));
  kernel.context.mightSleep(resizeSleeps.in(release));
  if (minimum <= current.pools[pool].minimum) {
    while (minimum < current.pools[pool].current) {
      const Address element = removeElementLocked(pool);
      freeElement(current.pools[pool], element);
    }
    current.pools.write(pool).minimum = minimum;
    return 0;
  }
  const Gfp gfp = kernel.profile.gfp.kernel();
  const Address grown = kmalloc.kmallocArray(minimum, sizeof(Address), gfp);
  if (!grown)
    return enomem;
  {
    LockScope lock(kernel, KernelLock::Mempool, LockVariant::IrqSave);
    const Mempool old = current.pools[pool];
    for (uint32_t i = 0; i < old.current; ++i)
      kernel.memory.store(grown + i * sizeof(Address), kernel.memory.load<Address>(old.elements + i * sizeof(Address)));
    kmalloc.kfree(old.elements);
    current.pools.write(pool).elements = grown;
    current.pools.write(pool).minimum = minimum;
  }
  while (current.pools[pool].current < minimum) {
    const Address element = allocateElement(current.pools[pool], gfp);
    if (!element)
      break;
    LockScope lock(kernel, KernelLock::Mempool, LockVariant::IrqSave);
    addElement(pool, element);
  }
  return 0;
}

/// First without sleeping, then from the reserve, then in earnest, then by waiting for somebody's mempool_free().
Address Mempools::allocate(MempoolId pool, Gfp gfp) {
  const GfpFlags &flags = kernel.profile.gfp;
  if (kernel.profile.debugVm && (gfp & flags.zero))
    kernel.reports.warnOnce(zeroFlag.in(kernel.profile.release));
  kernel.context.mightAlloc(gfp);
  gfp |= flags.nomemalloc | flags.noretry | flags.nowarn;
  Gfp attempt = gfp & ~(flags.directReclaim | flags.io);
  for (unsigned waits = 0;;) {
    if (const Address element = allocateElement(current.pools[pool], attempt))
      return element;
    if (const Address element = allocatePreallocated(pool))
      return element;
    if (attempt != gfp) {
      attempt = gfp;
      continue;
    }
    if (!flags.allowsBlocking(gfp))
      return 0;
    if (waits++ == maxWaits)
      throw Death{DeathKind::Hang};
    kernel.deferred.waitUntil([&] { return current.pools[pool].current > 0; }, waitNanoseconds);
  }
}

Address Mempools::allocatePreallocated(MempoolId pool) {
  LockScope lock(kernel, KernelLock::Mempool, LockVariant::IrqSave);
  return current.pools[pool].current ? removeElement(pool) : 0;
}

void Mempools::free(MempoolId pool, Address element) {
  if (!element)
    return;
  if (current.pools[pool].current < current.pools[pool].minimum) {
    LockScope lock(kernel, KernelLock::Mempool, LockVariant::IrqSave);
    addElement(pool, element);
    return;
  }
  freeElement(current.pools[pool], element);
}

Address Mempools::allocateElement(const Mempool &pool, Gfp gfp) {
  switch (pool.kind) {
  case ElementKind::Kmalloc:
    return kmalloc.kmalloc(pool.parameter, gfp);
  case ElementKind::Slab:
    if (kernel.profile.debugVm && slub.cache(CacheId(pool.parameter)).ctor)
      kernel.reports.bug(constructor.in(kernel.profile.release));
    return slub.allocate(CacheId(pool.parameter), gfp);
  case ElementKind::Pages:
    break;
  }
  const auto page = pages.allocate(gfp, unsigned(pool.parameter));
  return page ? pageToVmemmap(*page) : 0;
}

void Mempools::freeElement(const Mempool &pool, Address element) {
  switch (pool.kind) {
  case ElementKind::Kmalloc: {
    const CallerScope in(kernel.symbols, "mempool_kfree");
    kmalloc.kfree(element);
    return;
  }
  case ElementKind::Slab: {
    const CallerScope in(kernel.symbols, "mempool_free_slab");
    slub.free(CacheId(pool.parameter), element);
    return;
  }
  case ElementKind::Pages:
    pages.free((element - vmemmapStart) / structPageSize, unsigned(pool.parameter));
  }
}

void Mempools::addElement(MempoolId pool, Address element) {
  const Mempool now = current.pools[pool];
  if (now.current >= now.minimum)
    kernel.reports.bug(tooMany.in(kernel.profile.release));
  kernel.memory.store(now.elements + now.current * sizeof(Address), element);
  ++current.pools.write(pool).current;
}

Address Mempools::removeElement(MempoolId pool) {
  Mempool &now = current.pools.write(pool);
  --now.current;
  return kernel.memory.load<Address>(now.elements + now.current * sizeof(Address));
}

Address Mempools::removeElementLocked(MempoolId pool) {
  LockScope lock(kernel, KernelLock::Mempool, LockVariant::IrqSave);
  return removeElement(pool);
}

} // namespace kmem::sim
