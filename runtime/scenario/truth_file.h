// A file of recorded experiments: its records, and which machine they were recorded on. The profile follows from the
// file's name ("buddy-612dbg-256M.jsonl": group, kernel tag, options) and its meta record (CPUs, command line, memory).
#pragma once

#include "runtime/kernel/profile.h"
#include "runtime/scenario/group.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem::sim {

struct TruthRecord {
  unsigned line; ///< in the file, from 1
  Record record;
};

struct TruthFile {
  std::string path;
  std::string group;   ///< "matrix"
  std::string variant; ///< "sleepers", or ""
  Profile profile;
  Record meta;                      ///< empty when the file has none
  std::vector<TruthRecord> records; ///< without meta and what init copied from /proc
};

/// `profileName` overrides what name and meta say of the kernel ("612dbg-512M"), but not the number of CPUs.
llvm::Expected<TruthFile> readTruthFile(llvm::StringRef path, llvm::StringRef profileName = "");

} // namespace kmem::sim
