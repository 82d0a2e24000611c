// Stage: driver. What is said on standard error while the program runs: one line each, and a progress line where a
// person looks.
#pragma once

#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>

namespace kmem {

class Console {
public:
  explicit Console(bool quiet);

  void error(const llvm::Twine &what);
  void warning(const llvm::Twine &what);
  /// A line that --quiet leaves out.
  void say(const llvm::Twine &what);

  /// "[ 123/2863] drivers/net/foo.c", written over itself; nothing unless standard error is a terminal.
  void progress(size_t done, size_t total, llvm::StringRef what);
  void endProgress();

private:
  bool quiet;
  bool onTerminal;
  bool progressShown = false;
  std::chrono::steady_clock::time_point lastProgress;
};

} // namespace kmem
