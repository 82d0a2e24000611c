#include "runtime/user/faults.h"

#include "runtime/user/mmap_lock.h"
#include "runtime/user/placement.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kmem::sim {

namespace {

constexpr unsigned maxFaultsPerAccess = 4; // swap-in, then copy; more is our mistake

/// access_error() (arch/x86/mm/fault.c)
bool forbids(const Vma &vma, AccessKind kind) {
  if (kind == AccessKind::Write)
    return !(vma.flags & VmWrite);
  if (kind == AccessKind::Execute)
    return !(vma.flags & VmExec);
  return !vma.isAccessible();
}

} // namespace

FaultResult Faults::handle(MmId mm, Address address, AccessKind kind) {
  const MmapLockScope lock = MmapLockScope::forFault(parts.kernel);
  if (parts.mmOf(mm).killed)
    return outOfMemory();
  const auto vma = mappingFor(mm, address);
  if (!vma)
    return {FaultKind::Failed, Signal::Segv, segvMapError, false};
  if (forbids(*vma, kind))
    return {FaultKind::Failed, Signal::Segv, segvAccessError, false};
  Fault fault{mm, address & pageMask, kind == AccessKind::Write, 0, *vma};
  return dispatch(fault);
}

/// handle_pte_fault(), and mm_account_fault() for what came of it.
FaultResult Faults::dispatch(Fault &fault) {
  ++parts.now.events.faults;
  fault.entry = parts.pte(fault.mm, fault.address);
  FaultResult result;
  if (!fault.entry)
    result = fault.vma.isAnonymous() ? anonymousFault(fault) : fileFault(fault);
  else if (pteIsSwap(fault.entry))
    result = swapFault(fault);
  else if (fault.write && !(fault.entry & PteWrite))
    result = writeProtectFault(fault);
  if (!result.ok())
    return result;
  Mm &mm = parts.mm(fault.mm);
  ++(result.major ? mm.majorFaults : mm.minorFaults);
  parts.now.events.majorFaults += result.major;
  return result;
}

std::optional<Vma> Faults::mappingFor(MmId mm, Address address) {
  auto vma = parts.now.vmas.from(mm, address);
  if (!vma || vma->contains(address))
    return vma;
  if (!(vma->flags & VmGrowsDown) || !growStack(mm, *vma, address & pageMask))
    return std::nullopt;
  return parts.now.vmas.at(mm, address);
}

/// expand_downwards() and acct_stack_growth() (mm/mmap.c).
bool Faults::growStack(MmId mm, const Vma &vma, Address address) {
  if (address < mmapMinAddress)
    return false;
  const auto below = parts.now.vmas.startingBelow(mm, vma.start);
  if (below && !(below->flags & VmGrowsDown) && below->isAccessible() && address - below->end < stackGuardGap)
    return false;
  const uint64_t size = vma.end - address, grow = (vma.start - address) >> pageShift;
  if (grow > vma.offset || !accounting.mayExpand(mm, vma.flags, grow) || size > parts.mmOf(mm).limits.stack ||
      !accounting.mayLock(mm, vma.flags, grow << pageShift) || !accounting.commit(mm, grow))
    return false;
  merger.prepareAnon(mm, vma);
  const Vma before = *parts.now.vmas.at(mm, vma.start);
  Vma grown = before;
  grown.start = address;
  grown.offset -= grow;
  parts.now.vmas.replace(mm, before, grown);
  if (vma.flags & VmLocked)
    parts.mm(mm).lockedVm += grow;
  parts.mm(mm).account(vma.flags, int64_t(grow));
  return true;
}

std::optional<Pfn> Faults::access(MmId mm, Address address, AccessKind kind) {
  const uint64_t entry = parts.pte(mm, address);
  if (!(entry & PtePresent) || (kind == AccessKind::Write && !(entry & PteWrite)) ||
      (kind == AccessKind::Execute && entry & PteNoExec))
    return std::nullopt;
  const uint64_t marked = entry | PteAccessed | (kind == AccessKind::Write ? uint64_t(PteDirty) : 0);
  if (marked != entry)
    parts.setPte(mm, address, marked);
  return pfnOfEntry(entry);
}

template <typename Move>
Faults::Outcome Faults::transfer(MmId mm, Address address, uint64_t size, AccessKind kind, Move move) {
  Outcome outcome;
  for (unsigned tries = 0; outcome.done < size;) {
    const Address at = address + outcome.done;
    if (const auto page = access(mm, at, kind)) {
      const uint64_t offset = at & ~pageMask, count = std::min(size - outcome.done, pageSize - offset);
      move(*page, offset, outcome.done, count);
      outcome.done += count;
      tries = 0;
      continue;
    }
    assert(tries < maxFaultsPerAccess && "a fault that succeeds lets the access through");
    ++tries;
    outcome.at = at;
    outcome.last = handle(mm, at, kind);
    if (!outcome.ok())
      break;
  }
  return outcome;
}

Faults::Outcome Faults::read(MmId mm, Address address, std::span<std::byte> to) {
  return transfer(mm, address, to.size(), AccessKind::Read,
                  [&](Pfn page, uint64_t offset, uint64_t done, uint64_t count) {
                    std::memcpy(to.data() + done, parts.kernel.memory.frame(page) + offset, count);
                  });
}

Faults::Outcome Faults::write(MmId mm, Address address, std::span<const std::byte> from) {
  return transfer(mm, address, from.size(), AccessKind::Write,
                  [&](Pfn page, uint64_t offset, uint64_t done, uint64_t count) {
                    std::memcpy(parts.kernel.memory.frameForWrite(page) + offset, from.data() + done, count);
                  });
}

} // namespace kmem::sim
