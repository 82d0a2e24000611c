// What a kernel's reports begin with, and the letters of the truth files for them.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace kmem::sim {

struct MatrixReport {
  char letter;
  llvm::StringRef text;
};

/// In the order in which a verdict lists them.
inline constexpr MatrixReport matrixReports[] = {
    {'S', "BUG: sleeping function called from invalid context"},
    {'A', "BUG: scheduling while atomic"},
    {'A', "bad: scheduling from the idle thread"},
    {'W', "[ BUG: Invalid wait context ]"},
    {'R', "suspicious RCU usage"},
    {'I', "inconsistent lock state"},
    {'I', "irq lock inversion"},
    {'I', "lock order detected"},
    {'C', "possible circular locking"},
    {'D', "possible recursive locking"},
    {'L', "bad unlock balance"},
    {'K', "kernel BUG at"},
    {'K', "Oops"},
    {'O', "ODEBUG"},
    {'V', "Voluntary context switch within RCU"},
    {'T', "__might_sleep"},
    {'w', "WARNING: CPU"},
};

} // namespace kmem::sim
