// Which functions off the route are run, and which are skipped for the search to get on: small ones, those the finding
// names and those that may leave in another context than they were entered in are always run.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/exec/program.h"

#include "llvm/ADT/DenseSet.h"

#include <map>
#include <set>

namespace kmem::replay {

class CalleePolicy {
public:
  /// Functions of more instructions than `skipAbove` are skipped.
  CalleePolicy(const rules::RuleSet &rules, const Program &program, std::set<std::string> named, unsigned skipAbove);

  bool runs(const llvm::Function &body) const;

private:
  struct Changes {
    unsigned enters = 0, leaves = 0;
  };
  Changes changesOf(const llvm::Function &function, unsigned depth) const;

  const rules::RuleSet &rules;
  const Program &program;
  const std::set<std::string> named;
  const unsigned skipAbove;
  mutable llvm::DenseMap<const llvm::Function *, Changes> known;
};

} // namespace kmem::replay
