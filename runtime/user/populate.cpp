// Faulting pages in ahead of their use: MAP_POPULATE, mlock and MADV_POPULATE_* (mm/gup.c).
#include "runtime/user/faults.h"
#include "runtime/user/mmap_lock.h"

#include <algorithm>
#include <cerrno>

namespace kmem::sim {

/// faultin_page(): unless the page is there as wanted. Permissions were looked at by the caller.
SysResult Faults::faultIn(const Vma &vma, MmId mm, Address address, bool write) {
  const uint64_t entry = parts.pte(mm, address);
  if (pteIsMapped(entry) && (!write || entry & PteWrite))
    return 0;
  Fault fault{mm, address, write, 0, vma};
  const FaultResult result = dispatch(fault);
  if (result.ok())
    return 0;
  return result.signal == Signal::Kill ? -ENOMEM : -EFAULT;
}

SysResult Faults::populate(MmId mm, const Vma &asked, Address start, Address end) {
  if (asked.flags & VmLockOnFault)
    return 0;
  if (!asked.isAccessible())
    return -EFAULT;
  // Private writable memory is written to, so that the copy is made now.
  const bool write = (asked.flags & (VmWrite | VmShared)) == VmWrite;
  for (Address at = start; at < end; at += pageSize) {
    const auto vma = parts.now.vmas.at(mm, at);
    if (const SysResult error = faultIn(*vma, mm, at, write))
      return error;
  }
  return 0;
}

SysResult Faults::populateRange(MmId mm, Address start, Address end, bool ignoreErrors) {
  const MmapLockScope lock = MmapLockScope::forFault(parts.kernel);
  for (const Vma &vma : parts.now.vmas.within(mm, start, end)) {
    const SysResult error = populate(mm, vma, std::max(vma.start, start), std::min(vma.end, end));
    if (error && !ignoreErrors)
      return error;
  }
  return 0;
}

SysResult Faults::populateFor(MmId mm, Address start, Address end, bool write) {
  const MmapLockScope lock = MmapLockScope::forFault(parts.kernel);
  for (Address at = start; at < end; at += pageSize) {
    const auto vma = parts.now.vmas.at(mm, at);
    if (!vma)
      return -ENOMEM;
    if (!(vma->flags & (write ? VmWrite : VmRead)))
      return -EINVAL;
    if (const SysResult error = faultIn(*vma, mm, at, write))
      return error;
  }
  return 0;
}

} // namespace kmem::sim
