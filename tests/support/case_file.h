// A check's test case: C with its expectations inside.
//
//   tests/checks/<check id>/{bad,good}_<what>.c, or a folder of that name with several files that make one program.
//   // expect: kmem-atomic-gfp     on the line of the finding, or on a line of its own above it; several ids with
//   commas
//   // flags: -DSTUB_X=1           on the first line: further compiler flags
#pragma once

#include "llvm/ADT/StringRef.h"

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace kmem::test {

/// Check, file (relative to tests/checks) and line of a finding.
using Expected = std::tuple<std::string, std::string, unsigned>;

struct Case {
  std::string name;               ///< "kmem-atomic-gfp/bad_spinlock", relative to tests/checks
  std::vector<std::string> files; ///< relative to tests/checks
  std::vector<std::string> flags;
  std::set<Expected> expected;

  std::string check() const; ///< the id whose folder it is in
  bool isBad() const;
};

/// The names of all cases, sorted.
std::vector<std::string> caseNames();
/// Reads the files of one case.
Case readCase(llvm::StringRef name);
/// Where the headers are that all cases include.
std::string stubHeaders();

} // namespace kmem::test
