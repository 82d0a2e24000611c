#include "runtime/user/spaces.h"

#include "runtime/user/mmap_lock.h"

#include <algorithm>

namespace kmem::sim {

namespace {
constexpr uint64_t initialStackBytes = 33 * pageSize; // setup_arg_pages(): 128 KiB below the arguments' page
constexpr MmId maxSpaces = 0xffff;                    // VmaTree's keys have 16 bits for it
} // namespace

std::optional<MmId> Spaces::allocateSpace() {
  if (parts.now.spaces.live() >= maxSpaces)
    return std::nullopt;
  const auto table = parts.pages.allocateTable();
  if (!table)
    return std::nullopt;
  const MmId mm = parts.now.spaces.allocate();
  parts.now.lastSpace = std::max(parts.now.lastSpace, mm);
  parts.mm(mm).table = *table;
  return mm;
}

MmId Spaces::create(const SpaceLayout &layout) {
  const auto mm = allocateSpace();
  if (!mm)
    return 0;
  Mm &space = parts.mm(*mm);
  space.limits = layout.limits;
  space.startBrk = space.brk = layout.heapStart;
  space.startData = layout.heapStart - layout.dataBytes;
  space.endData = layout.heapStart;
  space.mmapBase = mmapBaseFor(layout.limits.stack);
  space.stackTop = userEnd;
  const uint64_t pages = initialStackBytes >> pageShift;
  const uint64_t flags = VmRead | VmWrite | VmMayRead | VmMayWrite | VmMayExec | VmGrowsDown | VmAccount;
  const Vma stack = {.start = userEnd - initialStackBytes,
                     .end = userEnd,
                     .flags = flags,
                     .offset = (userEnd - initialStackBytes) >> pageShift,
                     .file = 0,
                     .anon = 0,
                     .anonChain = 0,
                     .gapBelow = 0};
  parts.now.vmas.insert(*mm, stack);
  space.mapCount = 1;
  space.account(flags, int64_t(pages));
  parts.now.committed += pages;
  return *mm;
}

void Spaces::use(MmId mm) {
  parts.kernel.context.taskForWrite().addressSpace = mm;
  parts.kernel.memory.setUserTable(mm ? parts.mmOf(mm).table : 0);
}

MmId Spaces::fork(MmId parent) {
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  const auto child = allocateSpace();
  if (!child)
    return 0;
  const Pfn table = parts.mmOf(*child).table;
  Mm copy = parts.mmOf(parent);
  copy.table = table;
  copy.rss = {};
  copy.minorFaults = copy.majorFaults = copy.lockedVm = 0;
  copy.totalVm = copy.dataVm = copy.stackVm = copy.execVm = 0;
  copy.mapCount = 0;
  copy.defaultFlags = 0; // mm_init(): MCL_FUTURE is not inherited
  parts.mm(*child) = copy;
  for (const Vma &vma : parts.now.vmas.all(parent))
    if (!(vma.flags & VmDontCopy) && !copyMapping(parent, *child, vma)) {
      mappings.unmapAll(*child);
      parts.pages.freeTable(table);
      parts.mm(*child).table = 0;
      parts.now.spaces.free(*child);
      return 0;
    }
  return *child;
}

/// One mapping of dup_mmap(): the child's own anon_vma is chained to the parent's.
bool Spaces::copyMapping(MmId parent, MmId child, const Vma &vma) {
  if (vma.flags & VmAccount && !accounting.commit(parent, vma.pages()))
    return false;
  Vma copy = vma;
  copy.flags &= ~vmLockedMask;
  if (vma.flags & VmWipeOnFork) {
    copy.anon = copy.anonChain = 0;
  } else if (vma.anon) {
    copy.anon = ++parts.now.lastAnon;
    copy.anonChain = vma.anonChain + 1;
  }
  parts.now.vmas.insert(child, copy);
  Mm &space = parts.mm(child);
  ++space.mapCount;
  space.account(copy.flags, int64_t(copy.pages()));
  if (copy.file)
    cache.addMapped(copy.file, copy.pages());
  return vma.flags & VmWipeOnFork || copyPages(parent, child, vma, copy);
}

/// copy_page_range(). Entries that a fault would find again (vma_needs_copy) are left out.
bool Spaces::copyPages(MmId parent, MmId child, const Vma &from, const Vma &to) {
  if (!from.anon)
    return true;
  for (auto at = parts.nextEntry(parent, from.start, from.end); at;
       at = parts.nextEntry(parent, *at + pageSize, from.end))
    if (!copyEntry(parent, child, to, *at))
      return false;
  return true;
}

bool Spaces::copyEntry(MmId parent, MmId child, const Vma &vma, Address address) {
  // The table first: getting one may reclaim, and change what is to be copied.
  if (!parts.setPte(child, address, 0))
    return false;
  uint64_t entry = parts.pte(parent, address);
  if (!entry)
    return true;
  if (pteIsSwap(entry)) {
    entry &= ~pteSwapExclusive;
    parts.setPte(parent, address, entry);
    parts.setPte(child, address, entry);
    parts.now.swap.duplicate(slotOfEntry(entry));
    ++parts.mm(child).count(RssKind::SwapEntries);
    return true;
  }
  const Pfn page = pfnOfEntry(entry);
  if (vma.isCow() && entry & PteWrite) {
    entry &= ~uint64_t(PteWrite);
    parts.setPte(parent, address, entry);
  }
  if (vma.flags & VmShared)
    entry &= ~uint64_t(PteDirty);
  if (page == parts.zeroPage) {
    parts.setPte(child, address, entry);
    return true;
  }
  parts.clearFlag(page, PageAnonExclusive);
  parts.pages.getPage(page);
  return parts.mapPage(child, address, page, (entry & ~ptePfnMask) & ~uint64_t(PteAccessed));
}

void Spaces::exit(MmId mm) {
  {
    const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
    mappings.unmapAll(mm);
  }
  if (parts.kernel.context.task().addressSpace == mm)
    use(0);
  parts.pages.freeTable(parts.mmOf(mm).table);
  parts.mm(mm).table = 0;
  parts.now.spaces.free(mm);
}

} // namespace kmem::sim
