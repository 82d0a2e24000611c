// "[ 12/40] matrix-612" on standard error, written over itself; nothing unless it is a terminal.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <mutex>

namespace kmem::sim {

class Progress {
public:
  Progress(size_t total, bool quiet);
  ~Progress(); ///< erases the line

  /// May be called from several threads.
  void finished(llvm::StringRef what);

private:
  void show(llvm::StringRef what);

  std::mutex mutex;
  const size_t total;
  const bool visible;
  size_t done = 0;
};

} // namespace kmem::sim
