// Whether an address space may grow: RLIMIT_AS and RLIMIT_DATA (may_expand_vm), RLIMIT_MEMLOCK (mlock_future_ok), and
// overcommit (__vm_enough_memory, mm/util.c).
#pragma once

#include "runtime/user/user_state.h"

namespace kmem::sim {

class Accounting {
public:
  explicit Accounting(UserParts &parts) : parts(parts) {}

  bool mayExpand(MmId mm, uint64_t flags, uint64_t pages) const;
  bool mayLock(MmId mm, uint64_t flags, uint64_t bytes) const;
  /// Commits the pages; false, and nothing committed, when that is more than there may be. Prints the kernel's line.
  bool commit(MmId mm, uint64_t pages);
  void uncommit(uint64_t pages) { parts.now.committed -= pages; }
  uint64_t commitLimit() const; ///< vm_commit_limit(), pages

private:
  void reportShortage(uint64_t pages);

  UserParts &parts;
};

} // namespace kmem::sim
