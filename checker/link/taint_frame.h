// Stage: link. What the parts of Taint share: a point of the program, and how two flows compare.
#pragma once

#include "checker/link/taint.h"

#include "llvm/Support/MathExtras.h"

namespace kmem::link {

/// Deeper expressions and longer chains of addresses count as nobody's.
inline constexpr unsigned maxTaintDepth = 16;

/// A point of the program from which expressions are looked at.
struct Taint::Frame {
  FunctionId function;
  const summary::PathState *state; ///< what the path knows; null where values leave the function
  unsigned hops = 0;               ///< calls left behind so far
  Frame *caller = nullptr; ///< set when a result is followed into a callee: its call, where the parameters come from
  unsigned depth = 0;
  llvm::DenseMap<summary::ExprId, Flow> known{};
};

inline uint64_t maxOf(unsigned width) { return width >= 64 ? ~uint64_t(0) : llvm::maskTrailingOnes<uint64_t>(width); }

inline Flow untainted(uint64_t low = 0, uint64_t high = ~uint64_t(0)) { return {std::nullopt, low, high}; }

/// The flow that can choose the larger value; the shorter way when both can choose the same.
inline bool worse(const Flow &a, const Flow &b) {
  if (!a.origin || !b.origin)
    return a.origin.has_value() && !b.origin;
  if (a.high != b.high)
    return a.high > b.high;
  return a.origin->hops.size() < b.origin->hops.size();
}

inline void keepWorse(Flow &kept, Flow other) {
  if (worse(other, kept))
    kept = std::move(other);
}

/// How messages name the function that a call calls.
std::string calleeText(const Program &program, FunctionId caller, uint32_t call);

} // namespace kmem::link
