// Stage: link. In: the summaries of every unit. Out: a Program: one entity per function, calls resolved through names, struct
// fields and arguments, contexts propagated from locks and entry points, allocation families followed through fields.
#pragma once

#include "checker/summary/summary.h"
#include "rules/lib/rules.h"

#include "llvm/ADT/StringMap.h"

#include <memory>

namespace kmem::link {

class Program;

/// Values of the tree (probe), by rule value name.
using ValueTable = llvm::StringMap<int64_t>;

/// Collects units in any order; the Program does not depend on it.
class Linker {
public:
  Linker(const rules::RuleSet &rules, const ValueTable &values);
  ~Linker();
  /// True when the linker has no function of this content yet.
  bool wants(const summary::ContentHash &hash) const;
  void add(summary::TuSummary unit);
  /// Resolves everything. The linker is empty afterwards.
  std::unique_ptr<Program> finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace kmem::link
