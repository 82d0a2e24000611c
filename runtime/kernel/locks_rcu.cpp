// Read-side sections of RCU and SRCU, and the annotation of reclaim.
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/locks_state.h"

namespace kmem::sim {

/// rcu_lock_acquire(): a recursive reader that is not checked for usage.
void Locks::annotateRcu(KernelLock map) {
  if (kernel.profile.proveLocking)
    lockdep.acquire({of(map), current->locks[of(map)].lockClass, 2, false, false});
}

void Locks::rcuReadLock() {
  ++kernel.context.taskForWrite().rcuDepth;
  annotateRcu(KernelLock::RcuRead);
}
void Locks::rcuReadUnlock() {
  lockdep.release(of(KernelLock::RcuRead));
  --kernel.context.taskForWrite().rcuDepth;
}

void Locks::rcuReadLockBh() {
  kernel.context.bhDisable();
  annotateRcu(KernelLock::RcuBh);
}
void Locks::rcuReadUnlockBh() {
  lockdep.release(of(KernelLock::RcuBh));
  kernel.context.bhEnable();
}

void Locks::rcuReadLockSched() {
  kernel.context.preemptDisable();
  annotateRcu(KernelLock::RcuSched);
}
void Locks::rcuReadUnlockSched() {
  lockdep.release(of(KernelLock::RcuSched));
  kernel.context.preemptEnable();
}

void Locks::srcuReadLock(LockId domain) {
  if (kernel.profile.proveLocking)
    lockdep.acquire({domain, current->locks[domain].lockClass, 2, false, false});
}
void Locks::srcuReadUnlock(LockId domain) { lockdep.release(domain); }

void Locks::rcuSleepCheck(const CodeSite &site) {
  if (!kernel.profile.proveRcu)
    return;
  // Two places on one line; each has its own __warned.
  if (lockdep.isHeld(of(KernelLock::RcuBh)))
    lockdep.suspiciousRcu({"bh", site.file, site.line}, "Illegal context switch in RCU-bh read-side critical section");
  if (lockdep.isHeld(of(KernelLock::RcuSched)))
    lockdep.suspiciousRcu({"sched", site.file, site.line},
                          "Illegal context switch in RCU-sched read-side critical section");
}

void Locks::checkNoRcuReader(const CodeSite &site, const char *what) {
  for (KernelLock map : {KernelLock::RcuBh, KernelLock::RcuRead, KernelLock::RcuSched})
    if (lockdep.isHeld(of(map)))
      return lockdep.suspiciousRcu(site, what);
}

void Locks::annotateReclaim(Gfp gfp) {
  if (!kernel.profile.proveLocking)
    return;
  const GfpFlags &flags = kernel.profile.gfp;
  gfp = kernel.context.scoped(gfp);
  const bool entersReclaim =
      flags.allowsBlocking(gfp) && !(kernel.context.task().flags & PfMemalloc) && !(gfp & flags.nolockdep);
  if (entersReclaim && gfp & flags.fs)
    mightLock(of(KernelLock::FsReclaim));
}

} // namespace kmem::sim
