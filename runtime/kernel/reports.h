// The kernel's own words for what went wrong, printed to the machine's console: WARNING, kernel BUG, page fault,
// general protection, panic, in the form of arch/x86, lib/bug.c and kernel/panic.c of the machine's release.
// Backtraces, registers and offsets are left out. What a WARN() says beyond its place is printed by the caller before,
// as the kernel does.
//
// Also what such reports leave behind: taint flags, the number of oopses, and whether lock debugging is still on.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/death.h"
#include "runtime/kernel/memory.h"
#include "runtime/kernel/ordered_map.h"

#include <string>

namespace kmem::sim {

class Kernel;

/// Bits of tainted_mask (include/linux/panic.h).
enum class Taint : uint8_t { BadPage = 5, Die = 7, Warn = 9, OutOfTreeModule = 12, UnsignedModule = 13 };

class Reports {
public:
  explicit Reports(Kernel &kernel) : kernel(kernel) {}

  /// "WARNING: CPU: 0 PID: 30 at mm/slub.c:4799 free_large_kmalloc" and its RIP line.
  void warn(const CodeSite &site);
  /// Once until rearm(); true when it printed.
  bool warnOnce(const CodeSite &site);
  /// The first time since rearm() that this place asks; for messages that are printed once (pr_warn_once).
  bool firstTime(const CodeSite &site);
  /// "kernel BUG at file:line!", then the oops.
  [[noreturn]] void bug(const CodeSite &site);
  /// The report of an access the page tables do not allow.
  [[noreturn]] void badAccess(Address address, AccessKind kind, const CodeSite &by);
  /// A general protection fault whose instruction the kernel decodes to another address than the one accessed: the
  /// moves with an absolute 64-bit operand, for which insn_get_addr_ref() reads RAX (arch/x86/lib/insn-eval.c).
  [[noreturn]] void badAccessDecodedAs(Address decoded, const CodeSite &by);
  /// A division by zero.
  [[noreturn]] void divideError(const CodeSite &by);
  /// panic(): the machine is dead.
  [[noreturn]] void panic(const std::string &why);
  /// What follows every report that kills: the thread dies, or the machine when in interrupt.
  [[noreturn]] void die();

  /// One-shot warnings may be printed again and lockdep is on again (the truth module does this before each
  /// experiment).
  void rearm();

  /// As %p prints it under this profile: hashed, except NULL, error pointers and with slub_debug.
  std::string describePointer(Address address) const;
  /// As print_tainted(): "Tainted: G           O      ", or "Not tainted".
  std::string taintText() const;
  /// add_taint(); corruption also ends lock debugging, with a line that says so.
  void taint(Taint flag, bool lockDebuggingUnreliable = false);

  /// debug_locks.
  bool lockDebugging() const { return !now.lockDebuggingOff; }
  /// __debug_locks_off(): true when it was on, so that the caller is the one who reports.
  bool turnOffLockDebugging();

  struct State {
    OrderedMap<uint8_t> printedOnce; ///< by place
    char firstOops[80] = "";         ///< the function whose registers every later oops repeats as summary
    uint32_t oopses = 0;
    uint32_t taints = 0;
    bool lockDebuggingOff = false;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  void print(std::string line);
  void printRip(const CodeSite &site);
  void printPageTables(Address address);
  /// "Oops: invalid opcode: 0000 [#1] PREEMPT SMP", registers, and the end of the thread.
  [[noreturn]] void oops(const std::string &what, unsigned errorCode, const CodeSite &by, bool irqsWereDisabled);

  Kernel &kernel;
  State now;
};

} // namespace kmem::sim
