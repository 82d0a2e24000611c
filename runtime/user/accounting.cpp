#include "runtime/user/accounting.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace kmem::sim {

namespace {
constexpr uint64_t adminReservePages = 8192 / 4;  // sysctl_admin_reserve_kbytes, 8 MiB at most
constexpr uint64_t userReserveLimit = 131072 / 4; // sysctl_user_reserve_kbytes, 128 MiB at most
} // namespace

bool Accounting::mayExpand(MmId id, uint64_t flags, uint64_t pages) const {
  const Mm &mm = parts.mmOf(id);
  if (mm.totalVm + pages > mm.limits.addressSpace >> pageShift)
    return false;
  return !isDataMapping(flags) || mm.dataVm + pages <= mm.limits.data >> pageShift;
}

bool Accounting::mayLock(MmId id, uint64_t flags, uint64_t bytes) const {
  const Mm &mm = parts.mmOf(id);
  if (!(flags & VmLocked) || mm.limits.mayLockAll)
    return true;
  return mm.lockedVm + (bytes >> pageShift) <= mm.limits.memlock >> pageShift;
}

uint64_t Accounting::commitLimit() const {
  return parts.pages.managedPageCount() * parts.now.overcommitRatio / 100 + parts.now.swap.totalPages();
}

void Accounting::reportShortage(uint64_t pages) {
  const Task &task = parts.kernel.context.task();
  char line[160];
  std::snprintf(line, sizeof(line),
                "__vm_enough_memory: pid: %u, comm: %.15s, bytes: %" PRIu64 " not enough memory for the allocation",
                task.pid, task.comm, pages << pageShift);
  parts.kernel.console.print(line);
}

bool Accounting::commit(MmId id, uint64_t pages) {
  parts.now.committed += pages;
  if (parts.now.overcommit == Overcommit::Always)
    return true;
  bool enough;
  if (parts.now.overcommit == Overcommit::Heuristic) {
    enough = pages <= parts.pages.managedPageCount() + parts.now.swap.totalPages();
  } else {
    // Processes here have no CAP_SYS_ADMIN; both reserves shrink with the machine (init_*_reserve).
    const uint64_t free = parts.pages.freePageCount();
    const uint64_t keptBack = std::min(free / 32, adminReservePages) +
                              std::min(parts.mmOf(id).totalVm / 32, std::min(free / 32, userReserveLimit));
    enough = parts.now.committed + keptBack < commitLimit();
  }
  if (enough)
    return true;
  parts.now.committed -= pages;
  reportShortage(pages);
  return false;
}

} // namespace kmem::sim
