// The words for enumerators: the same in messages, in JSON and in the documents.

#include "core/finding/finding.h"

namespace kmem {

template <unsigned count, typename Enum>
static llvm::StringRef nameIn(const llvm::StringLiteral (&names)[count], Enum value) {
  return names[unsigned(value)];
}

llvm::StringRef toString(Severity severity) {
  static constexpr llvm::StringLiteral names[severityCount] = {"note", "warning", "error"};
  return nameIn(names, severity);
}

llvm::StringRef toString(Confidence confidence) {
  static constexpr llvm::StringLiteral names[confidenceCount] = {"low", "medium", "high"};
  return nameIn(names, confidence);
}

llvm::StringRef toString(StepKind kind) {
  static constexpr llvm::StringLiteral names[stepKindCount] = {"entry",    "context", "call", "value",
                                                               "allocate", "store",   "free", "site"};
  return nameIn(names, kind);
}

llvm::StringRef toString(HopKind kind) {
  static constexpr llvm::StringLiteral names[hopKindCount] = {"direct", "pointer", "callback", "site"};
  return nameIn(names, kind);
}

llvm::StringRef toString(SleepKind kind) {
  static constexpr llvm::StringLiteral names[sleepKindCount] = {"always", "by_gfp", "forbidden"};
  return nameIn(names, kind);
}

llvm::StringRef toString(FreeMismatch mismatch) {
  static constexpr llvm::StringLiteral names[freeMismatchCount] = {"family",   "cache", "order",        "size",
                                                                   "interior", "moved", "error_pointer"};
  return nameIn(names, mismatch);
}

llvm::StringRef toString(AllocationPlace place) {
  static constexpr llvm::StringLiteral names[allocationPlaceCount] = {"on_path", "callee", "earlier"};
  return nameIn(names, place);
}

llvm::StringRef toString(Verdict::Result result) {
  static constexpr llvm::StringLiteral names[verdictResultCount] = {"confirmed", "refuted", "unknown"};
  return nameIn(names, result);
}

} // namespace kmem
