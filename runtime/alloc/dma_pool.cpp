#include "runtime/alloc/dma_pool.h"

#include "runtime/alloc/kmalloc.h"

#include <algorithm>
#include <climits>

namespace kmem::sim {

namespace {

constexpr uint64_t blockHeader = 16;    // struct dma_block of 6.12: next block and bus address
constexpr uint64_t smallestBlock61 = 4; // 6.1 keeps an offset in free blocks

uint64_t alignUp(uint64_t value, uint64_t align) { return (value + align - 1) & ~(align - 1); }

} // namespace

DmaPools::DmaPools(Kernel &kernel, Kmalloc &kmalloc, DmaMemory &memory)
    : kernel(kernel), kmalloc(kmalloc), memory(memory),
      registration(kernel.locks.create(LockKind::Mutex, "pools_reg_lock")) {}

bool DmaPools::linksBlocks() const { return kernel.profile.release.atLeast(6, 12); }

DmaPoolId DmaPools::create(std::string_view name, DeviceId device, uint64_t size, uint64_t align, uint64_t boundary) {
  if ((linksBlocks() && !device) || (align & (align - 1)) || size == 0 || (linksBlocks() && size > INT_MAX))
    return 0;
  size = alignUp(std::max(size, linksBlocks() ? blockHeader : smallestBlock61), std::max<uint64_t>(align, 1));
  const uint64_t allocation = std::max(size, pageSize);
  if (boundary && (boundary < size || (boundary & (boundary - 1))))
    return 0;
  boundary = !boundary ? allocation : linksBlocks() ? std::min(boundary, allocation) : boundary;
  const uint64_t structSize = (linksBlocks() ? 128 : 120) + (kernel.profile.proveLocking ? 64 : 0);
  const Address object = kmalloc.kzalloc(structSize, kernel.profile.gfp.kernel());
  if (!object)
    return 0;
  const DmaPoolId id = current.pools.allocate();
  DmaPool &pool = current.pools.write(id);
  pool.device = device;
  pool.size = size;
  pool.boundary = boundary;
  pool.allocation = allocation;
  pool.object = object;
  name.copy(pool.name, sizeof pool.name - 1);
  kernel.locks.acquire(registration);
  {
    LockScope lock(kernel, KernelLock::DmaPools);
  }
  kernel.locks.release(registration);
  return id;
}

/// A busy pool's pages are lost to the pool's device: 6.12 keeps them all, 6.1 those with blocks in use.
void DmaPools::destroy(DmaPoolId id) {
  if (!id)
    return;
  kernel.locks.acquire(registration);
  {
    LockScope lock(kernel, KernelLock::DmaPools);
  }
  kernel.locks.release(registration);
  const DmaPool pool = current.pools[id];
  const bool busy = linksBlocks() && pool.active;
  if (busy)
    report(pool, "dma_pool_destroy", std::string(pool.name) + " busy");
  for (auto page = current.pages.first(); page; page = current.pages.atOrAbove(page->key + 1)) {
    if (page->value.pool != id)
      continue;
    if (!linksBlocks() && page->value.inUse)
      report(pool, "dma_pool_destroy",
             std::string(pool.name) + ", " + kernel.reports.describePointer(page->key) + " busy");
    else if (!busy)
      memory.freeCoherent(pool.device, pool.allocation, {page->key, page->value.bus});
    current.pages.erase(page->key);
    kmalloc.kfree(page->value.object);
  }
  kmalloc.kfree(pool.object);
  current.pools.free(id);
}

void DmaPools::report(const DmaPool &pool, const char *function, const std::string &text) {
  const DmaDevice &device = memory.device(pool.device);
  const std::string who = pool.device ? std::string(device.bus) + " " + device.name + ": " : "";
  kernel.console.print(who + function + " " + text);
}

CoherentMemory DmaPools::allocate(DmaPoolId id, Gfp gfp) {
  kernel.context.mightAlloc(gfp);
  CoherentMemory block = takeLocked(id);
  if (!block.address) {
    if (!addPage(id, gfp & ~kernel.profile.gfp.zero))
      return {};
    block = takeLocked(id);
  }
  if (kernel.profile.initOnAlloc || (gfp & kernel.profile.gfp.zero))
    kernel.memory.fill(block.address, 0, current.pools[id].size);
  return block;
}

CoherentMemory DmaPools::zalloc(DmaPoolId pool, Gfp gfp) { return allocate(pool, gfp | kernel.profile.gfp.zero); }

bool DmaPools::addPage(DmaPoolId id, Gfp gfp) {
  const DmaPool pool = current.pools[id];
  const uint64_t structSize = linksBlocks() ? 32 : 40; // struct dma_page
  const Address object = kmalloc.kmalloc(structSize, gfp);
  if (!object)
    return false;
  const CoherentMemory page = memory.allocateCoherent(pool.device, pool.allocation, gfp);
  if (!page.address) {
    kmalloc.kfree(object);
    return false;
  }
  LockScope lock(kernel, KernelLock::DmaPool, LockVariant::IrqSave);
  current.pages.set(page.address, {id, page.bus, object, 0, 0, ++current.pools.write(id).pages});
  cutPage(id, page);
  return true;
}

/// pool_initialise_page(): the free blocks of a new page, none across a boundary.
void DmaPools::cutPage(DmaPoolId id, CoherentMemory page) {
  const DmaPool pool = current.pools[id];
  if (!linksBlocks()) {
    uint64_t nextBoundary = pool.boundary;
    for (uint64_t offset = 0; offset < pool.allocation;) {
      uint64_t next = offset + pool.size;
      if (next + pool.size >= nextBoundary) {
        next = nextBoundary;
        nextBoundary += pool.boundary;
      }
      kernel.memory.store(page.address + offset, uint32_t(next));
      offset = next;
    }
    current.pools.write(id).blocks += pool.allocation / pool.size;
    return;
  }
  std::vector<uint64_t> offsets;
  for (uint64_t offset = 0, nextBoundary = pool.boundary; offset + pool.size <= pool.allocation;) {
    if (offset + pool.size > nextBoundary) {
      offset = nextBoundary;
      nextBoundary += pool.boundary;
      continue;
    }
    offsets.push_back(offset);
    offset += pool.size;
  }
  Address next = pool.freeBlock;
  for (auto offset = offsets.rbegin(); offset != offsets.rend(); ++offset) {
    kernel.memory.store(page.address + *offset, next);
    kernel.memory.store(page.address + *offset + sizeof(Address), page.bus + *offset);
    next = page.address + *offset;
  }
  current.pools.write(id).freeBlock = next;
  current.pools.write(id).blocks += offsets.size();
}

CoherentMemory DmaPools::takeLocked(DmaPoolId id) {
  LockScope lock(kernel, KernelLock::DmaPool, LockVariant::IrqSave);
  DmaPool &pool = current.pools.write(id);
  if (linksBlocks()) {
    const Address block = pool.freeBlock;
    if (!block)
      return {};
    pool.freeBlock = kernel.memory.load<Address>(block);
    ++pool.active;
    return {block, kernel.memory.load<BusAddress>(block + sizeof(Address))};
  }
  const Address start = pageWithFreeBlock(id);
  if (!start)
    return {};
  DmaPoolPage page = *current.pages.find(start);
  const CoherentMemory block{start + page.firstFree, page.bus + page.firstFree};
  page.firstFree = kernel.memory.load<uint32_t>(block.address);
  ++page.inUse;
  ++pool.active;
  current.pages.set(start, page);
  return block;
}

/// 6.1 looks at the pages newest first.
Address DmaPools::pageWithFreeBlock(DmaPoolId id) const {
  Address best = 0;
  uint32_t newest = 0;
  current.pages.forEach([&](Address start, const DmaPoolPage &page) {
    if (page.pool == id && page.firstFree < current.pools[id].allocation && page.number > newest) {
      best = start;
      newest = page.number;
    }
    return true;
  });
  return best;
}

void DmaPools::free(DmaPoolId id, CoherentMemory block) {
  LockScope lock(kernel, KernelLock::DmaPool, LockVariant::IrqSave);
  DmaPool &pool = current.pools.write(id);
  if (linksBlocks()) {
    kernel.memory.store(block.address + sizeof(Address), block.bus);
    kernel.memory.store(block.address, pool.freeBlock);
    pool.freeBlock = block.address;
    --pool.active;
    return;
  }
  Address start = 0;
  current.pages.forEach([&](Address at, const DmaPoolPage &page) {
    const bool holds = page.pool == id && block.bus >= page.bus && block.bus - page.bus < pool.allocation;
    start = holds ? at : start;
    return !holds;
  });
  if (!start) {
    char bus[32];
    std::snprintf(bus, sizeof bus, "/0x%016lx (bad dma)", block.bus);
    report(pool, "dma_pool_free", std::string(pool.name) + ", " + kernel.reports.describePointer(block.address) + bus);
    return;
  }
  DmaPoolPage page = *current.pages.find(start);
  kernel.memory.store(block.address, page.firstFree);
  page.firstFree = block.address - start;
  --page.inUse;
  --pool.active;
  current.pages.set(start, page);
}

} // namespace kmem::sim
