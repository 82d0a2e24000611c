// The part of lockdep whose reports depend on one thread alone (kernel/locking/lockdep.c): wait types ("Invalid wait
// context"), usage bits ("inconsistent lock state"), recursion, unlock balance, and RCU's read-side annotations. It
// keeps the task's lock stack. Reports end lock debugging: the first one decides. Does nothing where the profile has no
// PROVE_LOCKING. The graph of lock dependencies is not kept, so there are no reports about the order of two locks.
#pragma once

#include "runtime/kernel/context.h"

namespace kmem::sim {

/// enum lockdep_wait_type; what Config is worth depends on PROVE_RAW_LOCK_NESTING.
enum class WaitType : uint8_t { Unchecked, Free, Spin, Config, Sleep };

using LockClassId = uint32_t; ///< 0 is no class

inline constexpr unsigned lockNameLength = 40;

/// Bits of lock_class::usage_mask (enum lock_usage_bit).
enum LockUsage : uint32_t {
  UsedInHardirq = 1 << 0,
  EnabledHardirq = 1 << 2,
  UsedInSoftirq = 1 << 4,
  EnabledSoftirq = 1 << 6,
  UsageRead = 1, ///< shift of a bit to its variant for readers
};

struct LockClass {
  char name[lockNameLength];
  WaitType inner, outer;
  uint32_t usage;
  uint32_t usageAtStart; ///< what rearm() goes back to
};

/// What is to be pushed on the lock stack.
struct LockAcquisition {
  uint32_t lock; ///< number in Locks
  LockClassId lockClass;
  uint8_t read; ///< as in HeldLock
  bool trylock = false;
  bool check = true; ///< false for RCU's maps: no usage, no recursion
};

class Lockdep {
public:
  explicit Lockdep(Kernel &kernel) : kernel(kernel) {}

  LockClassId createClass(std::string_view name, WaitType inner, WaitType outer, uint32_t usageAtBoot);

  void acquire(const LockAcquisition &acquisition);
  void release(uint32_t lock);
  bool isHeld(uint32_t lock) const;

  /// Interrupts, or softirqs, are about to be enabled: what is held may now be interrupted.
  void hardirqsEnabled();
  void softirqsEnabled();

  /// lockdep_rcu_suspicious(), once for each place.
  void suspiciousRcu(const CodeSite &site, const char *what);
  /// debug_show_held_locks()
  void showHeld();
  /// Usage goes back to that of the first call, and locks held from before are forgotten.
  void rearm();

  struct State {
    CowArray<LockClass> classes;
    uint32_t classCount = 0;
    uint32_t classesAtStart = 0; ///< 0 until the first rearm()
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  bool enabled() const;
  unsigned waitNumber(WaitType type) const;
  unsigned contextWaitNumber() const;
  const LockClass &classOf(const HeldLock &held) const;
  void checkWaitContext(const HeldLock &next);
  bool markUsage(const HeldLock &next);
  bool mark(const HeldLock &held, unsigned bit);
  void markHeld(unsigned bit);
  void checkRecursion(const HeldLock &next);

  // Reports
  void print(std::string line);
  void printIdentity();
  void printHeld();
  std::string describe(const HeldLock &held) const;
  std::string taskName() const;
  void reportWaitContext(const HeldLock &next);
  void reportUsage(const HeldLock &held, unsigned before, unsigned after);
  void reportRecursion(const HeldLock &next, const HeldLock &held);
  void reportBalance(uint32_t lock);

  Kernel &kernel;
  State now;
};

} // namespace kmem::sim
