// The kernel's own words for what went wrong, printed to the machine's console: WARNING, kernel BUG, page fault and
// general protection, in the form of arch/x86 and lib/bug.c. Backtraces, registers and offsets are left out.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/death.h"
#include "runtime/kernel/layout.h"

#include <string>

namespace kmem::sim {

class Kernel;

enum class AccessKind : uint8_t { Read, Write, Execute };

class Reports {
public:
  explicit Reports(Kernel &kernel) : kernel(kernel) {}

  /// "WARNING: CPU: 0 PID: 30 at mm/slub.c:4799 free_large_kmalloc" and its RIP line.
  void warn(const CodeSite &site);
  /// Once until rearm(); true when it printed.
  bool warnOnce(const CodeSite &site);
  /// "kernel BUG at file:line!", then the oops. Does not return.
  [[noreturn]] void bug(const CodeSite &site);
  /// The report of an access the page tables do not allow. Does not return.
  [[noreturn]] void badAccess(Address address, AccessKind kind, const CodeSite &by);
  /// What follows every report that kills: the thread dies, or the machine when in interrupt.
  [[noreturn]] void die();
  /// One-shot warnings may be printed again (the truth module does this before each experiment).
  void rearm() { printedOnce.clear(); }

  std::string describePointer(Address address) const; ///< as %p prints it under this profile

  CowArray<uint8_t> printedOnce; ///< by site number; part of the machine's state

private:
  Kernel &kernel;
};

} // namespace kmem::sim
