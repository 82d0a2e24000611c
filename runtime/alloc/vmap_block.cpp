// Blocks of addresses for small vm_map_ram()s: a CPU hands a block out front to back; what comes back stays unusable
// until the whole block has, or a purge takes it.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/alloc/vmalloc_sites.h"

#include <algorithm>
#include <bit>

namespace kmem::sim {

namespace sites = vmalloc_sites;

namespace {

constexpr uint64_t blockPagesMax = 1024, blockPagesMin = 128; // VMAP_BBMAP_BITS_MAX and _MIN
constexpr uint64_t vmallocPages = (uint64_t(128) << 30) >> pageShift;
constexpr unsigned distributionCpus = 8192, ownCpus = 8; // NR_CPUS
constexpr unsigned lastOf = 64;                          // where blockQueue keeps the other ends

} // namespace

/// VMAP_BBMAP_BITS: the more CPUs a kernel is built for, the smaller.
uint64_t Vmalloc::blockPages() const {
  const uint64_t share = vmallocPages / (kernel.profile.distribution ? distributionCpus : ownCpus) / 16;
  return std::clamp(share, blockPagesMin, blockPagesMax);
}

Address Vmalloc::takeFromBlock(unsigned count) {
  if (count == 0) {
    kernel.reports.warn(sites::blockEmpty.in(kernel.profile.release));
    return 0;
  }
  const uint32_t rounded = std::bit_ceil(count);
  for (Address at = current.blockQueue[kernel.context.cpu()]; at; at = current.blocks.find(at)->next) {
    VmapBlock block = *current.blocks.find(at);
    if (block.free < rounded)
      continue;
    LockScope lock(kernel, KernelLock::VmapBlock);
    const Address place = at + (blockPages() - block.free) * pageSize;
    block.free -= rounded;
    current.blocks.set(at, block);
    if (block.free == 0)
      unqueueBlock(at);
    return place;
  }
  return newBlock(rounded);
}

Address Vmalloc::newBlock(unsigned count) {
  const Gfp gfp = kernel.profile.gfp.kernel();
  const uint64_t bytes = blockPages() * pageSize;
  const uint64_t structSize = 144 + (kernel.profile.proveLocking ? 64 : 0) + (release612() ? blockPages() / 8 : 0);
  const Address object = kmalloc.kmalloc(structSize, gfp);
  if (!object)
    return 0;
  VmArea area{};
  area.isBlock = true;
  const auto made = allocateVmapArea(bytes, bytes, vmallocStart, vmallocEnd, gfp, area);
  if (!made) {
    kmalloc.kfree(object);
    return 0;
  }
  VmapBlock block{};
  block.free = blockPages() - count;
  block.cpu = kernel.context.cpu();
  block.object = object;
  current.blocks.set(made->address, block);
  queueBlock(made->address);
  return made->address;
}

void Vmalloc::freeInBlock(Address address, unsigned count) {
  const uint32_t rounded = std::bit_ceil(std::max(count, 1u));
  const Address start = address & ~(blockPages() * pageSize - 1);
  const VmapBlock *found = current.blocks.find(start);
  if (!found) // xa_load() gave NULL, whose lock is then taken
    kernel.reports.badAccess(0, AccessKind::Write, {"_raw_spin_lock", "kernel/locking/spinlock.c", 0});
  unmapRange(address, uint64_t(count) * pageSize);
  VmapBlock block = *found;
  {
    LockScope lock(kernel, KernelLock::VmapBlock);
    block.dirty += rounded;
    current.blocks.set(start, block);
  }
  if (block.dirty < blockPages())
    return;
  if (block.free)
    kernel.reports.bug(sites::blockLeftovers.in(kernel.profile.release));
  freeBlock(start);
}

void Vmalloc::freeBlock(Address start) {
  const VmapBlock block = *current.blocks.find(start);
  if (block.queued)
    unqueueBlock(start);
  const auto area = current.space.busyAt(start);
  {
    LockScope lock(kernel, KernelLock::VmapNode);
    current.space.removeBusy(start);
  }
  current.blocks.erase(start);
  freeNoFlush(*area);
  kmalloc.kfree(block.object); // the kernel: kfree_rcu(), nobody reads it meanwhile
}

/// Blocks of which everything handed out came back go, even when they have free pages.
void Vmalloc::purgeFragmentedBlocks() {
  std::vector<Address> done;
  current.blocks.forEach([&](Address start, const VmapBlock &block) {
    if (block.queued && block.free + block.dirty == blockPages() && block.dirty != blockPages())
      done.push_back(start);
    return true;
  });
  for (const Address start : done)
    freeBlock(start);
}

void Vmalloc::queueBlock(Address start) {
  VmapBlock block = *current.blocks.find(start);
  const Address last = current.blockQueue[lastOf + block.cpu];
  block.queued = true;
  block.previous = last;
  block.next = 0;
  current.blocks.set(start, block);
  if (last) {
    VmapBlock before = *current.blocks.find(last);
    before.next = start;
    current.blocks.set(last, before);
  } else {
    current.blockQueue.write(block.cpu) = start;
  }
  current.blockQueue.write(lastOf + block.cpu) = start;
}

void Vmalloc::unqueueBlock(Address start) {
  VmapBlock block = *current.blocks.find(start);
  if (!block.queued)
    return;
  if (block.previous) {
    VmapBlock before = *current.blocks.find(block.previous);
    before.next = block.next;
    current.blocks.set(block.previous, before);
  } else {
    current.blockQueue.write(block.cpu) = block.next;
  }
  if (block.next) {
    VmapBlock after = *current.blocks.find(block.next);
    after.previous = block.previous;
    current.blocks.set(block.next, after);
  } else {
    current.blockQueue.write(lastOf + block.cpu) = block.previous;
  }
  block.queued = false;
  current.blocks.set(start, block);
}

} // namespace kmem::sim
