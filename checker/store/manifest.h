// Stage: store. The one index of a cache folder: which summary belongs to which unit, and the state of every file it
// was made from. Plain data; paths and file states are stored once however many units share them.
#pragma once

#include "checker/store/file_stamps.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem::store {

/// One path in one state. Units that were made at different times may know a header in different states.
struct FileVersion {
  uint32_t path = 0; ///< index into Manifest::paths
  FileState state;
};

struct UnitRecord {
  Digest unit{};    ///< digest of directory and file: which unit
  Digest inputs{};  ///< digest of everything but the files: the program, the rules, the command
  Digest summary{}; ///< digest of the summary's bytes, which is its name on disk
  uint64_t summarySize = 0;
  std::vector<uint32_t> dependencies; ///< indices into Manifest::versions, ascending; never empty
  uint32_t mainFile = 0;              ///< index into Manifest::paths
};

struct Manifest {
  std::vector<std::string> paths;
  std::vector<FileVersion> versions;
  std::vector<UnitRecord> units;
};

std::string serialize(const Manifest &manifest);
/// Damage and another version of the format are errors that say so.
llvm::Expected<Manifest> parseManifest(llvm::StringRef bytes);

} // namespace kmem::store
