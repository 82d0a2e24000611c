#include "checker/driver/console.h"

#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

namespace kmem {

/// A terminal is written to at most this often.
static constexpr std::chrono::milliseconds progressInterval(50);
static constexpr llvm::StringLiteral eraseLine("\r\x1b[K");

Console::Console(bool quiet) : quiet(quiet), onTerminal(llvm::sys::Process::StandardErrIsDisplayed()) {}

void Console::error(const llvm::Twine &what) {
  endProgress();
  llvm::WithColor::error(llvm::errs(), "kmem-tidy") << what << "\n";
}

void Console::warning(const llvm::Twine &what) {
  endProgress();
  llvm::WithColor::warning(llvm::errs(), "kmem-tidy") << what << "\n";
}

void Console::say(const llvm::Twine &what) {
  endProgress();
  if (!quiet)
    llvm::errs() << what << "\n";
}

void Console::progress(size_t done, size_t total, llvm::StringRef what) {
  auto now = std::chrono::steady_clock::now();
  if (quiet || !onTerminal || (done < total && now - lastProgress < progressInterval))
    return;
  lastProgress = now;
  progressShown = true;
  std::string number = std::to_string(done), all = std::to_string(total);
  llvm::errs() << eraseLine << "[" << std::string(all.size() - number.size(), ' ') << number << "/" << all << "] "
               << what;
  llvm::errs().flush();
}

void Console::endProgress() {
  if (progressShown)
    llvm::errs() << eraseLine;
  progressShown = false;
}

} // namespace kmem
