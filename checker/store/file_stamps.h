// Stage: store. The state of files, each looked at once: modification time and size, and the content's digest on
// demand.
#pragma once

#include "checker/store/digest.h"

#include "llvm/ADT/StringMap.h"

#include <chrono>
#include <optional>

namespace kmem::store {

/// What a file was when a summary was made from it.
struct FileState {
  int64_t modifiedNs = 0;
  uint64_t size = 0;
  Digest content{};
  bool operator==(const FileState &) const = default;
};

/// A view of the disk that looks at each file once. Not thread-safe.
class FileStamps {
public:
  /// Time and size only; nothing when the file cannot be looked at.
  struct Stamp {
    int64_t modifiedNs = 0;
    uint64_t size = 0;
  };
  const std::optional<Stamp> &stamp(llvm::StringRef path);
  /// Digest of the file as it is now; nothing when it cannot be read.
  const std::optional<Digest> &content(llvm::StringRef path);
  /// Whether the file still holds what `state` says. A touched file with equal content does.
  bool matches(llvm::StringRef path, const FileState &state);

private:
  llvm::StringMap<std::optional<Stamp>> stamps;
  llvm::StringMap<std::optional<Digest>> contents;
};

/// Nanoseconds since the epoch, on the clock of modification times.
int64_t nowNs();

} // namespace kmem::store
