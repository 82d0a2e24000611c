// mprotect (mm/mprotect.c): splits and merges by the new permissions, then changes the entries.
#include "runtime/user/mappings.h"
#include "runtime/user/mmap_lock.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

SysResult Mappings::mprotect(MmId mm, Address start, uint64_t length, uint32_t prot) {
  const bool growsDown = prot & ProtGrowsDown;
  prot &= ~uint32_t(ProtGrowsDown);
  if (start & ~pageMask)
    return -EINVAL;
  if (!length)
    return 0;
  const Address end = start + ((length + pageSize - 1) & pageMask);
  if (end <= start)
    return -ENOMEM;
  if (prot & ~uint32_t(ProtRead | ProtWrite | ProtExec | 0x8 /* PROT_SEM */))
    return -EINVAL;
  const MmapLockScope lock = MmapLockScope::forChange(parts.kernel);
  auto vma = parts.now.vmas.intersection(mm, start, end);
  if (!vma)
    return -ENOMEM;
  if (growsDown) {
    start = vma->start;
    if (!(vma->flags & VmGrowsDown))
      return -EINVAL;
  } else if (vma->start > start) {
    return -ENOMEM;
  }
  for (Address at = start; at < end;) {
    vma = parts.now.vmas.at(mm, at);
    if (!vma)
      return -ENOMEM;
    const uint64_t flags = (prot & vmAccess) | (vma->flags & ~vmAccess);
    if (flags & ~(flags >> 4) & vmAccess) // asks for more than VM_MAY*
      return -EACCES;
    const Address partEnd = std::min(vma->end, end);
    if (const SysResult error = protectPart(mm, *vma, at, partEnd, flags))
      return error;
    at = partEnd;
  }
  return 0;
}

/// mprotect_fixup()
SysResult Mappings::protectPart(MmId mm, const Vma &vma, Address start, Address end, uint64_t flags) {
  const uint64_t old = vma.flags, pages = (end - start) >> pageShift;
  if (flags == old)
    return 0;
  uint64_t charged = 0;
  if (flags & VmWrite) {
    if (!accounting.mayExpand(mm, flags, pages) && accounting.mayExpand(mm, old, pages))
      return -ENOMEM;
    if (!(old & (VmAccount | VmWrite | VmShared | VmNoReserve))) {
      if (!accounting.commit(mm, pages))
        return -ENOMEM;
      charged = pages;
      flags |= VmAccount;
    }
  } else if (old & VmAccount && vma.isAnonymous() && !vma.anon && parts.kernel.profile.release.atLeast(6, 6)) {
    flags &= ~uint64_t(VmAccount);
  }
  const VmaMerger::Outcome outcome = merger.modify(mm, vma, start, end, flags);
  if (outcome.error) {
    accounting.uncommit(charged);
    return outcome.error;
  }
  changeProtection(mm, outcome.vma, start, end);
  if (old & VmAccount && !(flags & VmAccount))
    accounting.uncommit(pages);
  if ((old & (VmWrite | VmShared | VmLocked)) == VmLocked && flags & VmWrite)
    faults.populate(mm, outcome.vma, start, end);
  parts.mm(mm).account(old, -int64_t(pages));
  parts.mm(mm).account(flags, int64_t(pages));
  return 0;
}

/// change_pte_range(): entries keep what the CPU noted; they become writable only where no fault has to see the write
/// (can_change_pte_writable).
void Mappings::changeProtection(MmId mm, const Vma &vma, Address start, Address end) {
  const bool notify = vma.file && !cache[vma.file].isShmem;
  const uint64_t protection = protectionOf(vma, notify);
  for (auto at = parts.nextEntry(mm, start, end); at; at = parts.nextEntry(mm, *at + pageSize, end)) {
    const uint64_t entry = parts.pte(mm, *at);
    if (pteIsSwap(entry))
      continue;
    constexpr uint64_t kept = ptePfnMask | PteAccessed | PteDirty | pteSpecial;
    uint64_t changed = (entry & kept) | protection;
    const Pfn page = pfnOfEntry(entry);
    const bool exclusive = page != parts.zeroPage && parts.hasFlag(page, PageAnonExclusive);
    const bool cleanMay = parts.kernel.profile.release.atLeast(6, 2) && !(vma.flags & VmShared);
    const bool mayWrite = (vma.flags & VmShared || exclusive) && (cleanMay || entry & PteDirty);
    if (vma.flags & VmWrite && mayWrite)
      changed |= PteWrite;
    if (changed != entry)
      parts.setPte(mm, *at, changed);
  }
}

} // namespace kmem::sim
