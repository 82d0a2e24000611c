#include "runtime/driver/progress.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::sim {

static constexpr llvm::StringLiteral eraseLine("\r\x1b[K");

Progress::Progress(size_t total, bool quiet)
    : total(total), visible(!quiet && llvm::sys::Process::StandardErrIsDisplayed()) {
  show("");
}

Progress::~Progress() {
  if (visible)
    llvm::errs() << eraseLine;
}

void Progress::finished(llvm::StringRef what) {
  const std::lock_guard lock(mutex);
  ++done;
  show(what);
}

void Progress::show(llvm::StringRef what) {
  if (visible)
    llvm::errs() << eraseLine << "[" << done << "/" << total << "] " << what;
}

} // namespace kmem::sim
