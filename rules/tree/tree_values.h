// The values the rules name, as the tree's configuration defines them: one probe file compiled with the flags that most
// units share.
#pragma once

#include "rules/lib/rules.h"
#include "rules/tree/tree.h"

namespace kmem {

/// Units to probe with, best first: those with the commonest flags; special ones (boot code, vdso) see other constants.
/// `usable` says which units compile.
std::vector<size_t> probeCandidates(const Tree &tree, llvm::function_ref<bool(size_t)> usable);

/// Evaluates all values of the rules with the first candidate whose probe compiles. The error is the last one's; no
/// candidate, no values.
llvm::Expected<llvm::StringMap<int64_t>> probeTree(const Tree &tree, llvm::ArrayRef<size_t> candidates,
                                                   const rules::RuleSet &rules,
                                                   llvm::ArrayRef<std::string> extraArguments);

} // namespace kmem
