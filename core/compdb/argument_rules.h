// Data of the compdb stage: what becomes of a recorded compiler argument that clang must not see as it stands.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace kmem {

/// The first rule whose prefix starts the argument as spelled decides; an argument without a rule is kept when clang
/// knows it. Prefixes that end an argument's name stand for all its values.
struct ArgumentRule {
  llvm::StringLiteral prefix;
  llvm::StringLiteral replacement; ///< empty: dropped
};

llvm::ArrayRef<ArgumentRule> argumentRules();

} // namespace kmem
