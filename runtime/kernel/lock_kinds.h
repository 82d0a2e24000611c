// What a kind of lock is to lockdep and to might_sleep(), and the table of the models' own locks.
#pragma once

#include "runtime/kernel/locks.h"

#include <span>

namespace kmem::sim {

struct WaitTypes {
  WaitType inner, outer;
};
WaitTypes waitTypesOf(LockKind kind);
/// Spins with preemption off.
bool spins(LockKind kind);
bool isKnownToLockdep(LockKind kind);
/// Where the might_sleep() of this kind of lock stands; nothing for those that spin.
const SiteByRelease *sleepSite(LockKind kind, LockMode mode, bool interruptible, bool lockdep);

struct KernelLockRow {
  KernelLock lock;
  LockKind kind;
  const char *name;     ///< as lockdep prints it
  uint32_t usageAtBoot; ///< how boot has used it: with interrupts on, or not in a way that matters
};
/// In the order of KernelLock.
std::span<const KernelLockRow> kernelLockRows();
WaitTypes waitTypesOf(const KernelLockRow &row);

} // namespace kmem::sim
