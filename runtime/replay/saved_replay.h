// A confirmed run as a file: everything that makes it again, what it was made from, and what came out. Text to and
// from; what was written reads back as the same.
#pragma once

#include "core/finding/finding.h"
#include "runtime/search/witness.h"

#include "llvm/Support/Error.h"

namespace kmem::replay {

inline constexpr unsigned savedReplayVersion = 1;

struct SavedUnit {
  std::string name, digest; ///< of its code
  bool operator==(const SavedUnit &) const = default;
};

/// What came out of a run.
struct SavedOutcome {
  uint64_t instructions = 0;
  std::string report; ///< digest of what the kernel printed at the site
  std::string steps;  ///< and of the way there
  bool operator==(const SavedOutcome &) const = default;
};

struct SavedReplay {
  Finding finding; ///< with its verdict
  uint64_t first = 0;
  bool skips = false;
  std::string inject; ///< as --inject has it
  std::vector<SavedUnit> units;
  Witness witness;
  SavedOutcome outcome;
};

std::string textOf(const SavedReplay &saved);
/// Errors read "name:line:column: what", or name the key that is wrong.
llvm::Expected<SavedReplay> parseSavedReplay(llvm::StringRef text, llvm::StringRef name);
llvm::Expected<SavedReplay> readSavedReplay(llvm::StringRef path);

} // namespace kmem::replay
