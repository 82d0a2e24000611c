// Holds an address space's mmap lock, for changing it or for a fault. Does not release while a Death flies.
#pragma once

#include "runtime/kernel/kernel.h"

#include <exception>

namespace kmem::sim {

class MmapLockScope {
public:
  /// mmap_write_lock(): may sleep, and says so where it may not.
  static MmapLockScope forChange(Kernel &kernel) {
    kernel.locks.acquire(kernel.locks.of(KernelLock::MmapLock));
    return MmapLockScope(kernel);
  }
  /// A fault tries first and sleeps only when somebody has it (get_mmap_lock_carefully, mm/memory.c).
  static MmapLockScope forFault(Kernel &kernel) {
    const LockId lock = kernel.locks.of(KernelLock::MmapLock);
    if (!kernel.locks.tryAcquire(lock, LockMode::Shared))
      kernel.locks.acquire(lock, LockMode::Shared);
    return MmapLockScope(kernel);
  }
  ~MmapLockScope() {
    if (std::uncaught_exceptions() == exceptionsAtStart)
      kernel.locks.release(kernel.locks.of(KernelLock::MmapLock));
  }
  MmapLockScope(const MmapLockScope &) = delete;
  MmapLockScope &operator=(const MmapLockScope &) = delete;

private:
  explicit MmapLockScope(Kernel &kernel) : kernel(kernel), exceptionsAtStart(std::uncaught_exceptions()) {}

  Kernel &kernel;
  int exceptionsAtStart;
};

} // namespace kmem::sim
