// Stage: link. Evaluates summary expressions where some parameters and the context are known. Values are known bits,
// because gfp masks are what is asked about most.
#pragma once

#include "checker/link/context.h"
#include "checker/link/program.h"

#include "llvm/ADT/SmallVector.h"

namespace kmem::link {

/// Bits known to be one and known to be zero; or a function's address.
struct Value {
  uint64_t ones = 0, zeros = 0;
  FunctionId function = noFunction;

  static Value constant(uint64_t v) { return {v, ~v, noFunction}; }
  bool isUnknown() const { return !ones && !zeros && function == noFunction; }
  bool isConstant() const { return (ones | zeros) == ~uint64_t(0); }
  uint64_t low() const { return ones; }
  uint64_t high() const { return ~zeros; }
  bool operator==(const Value &) const = default;
  auto operator<=>(const Value &) const = default;
};

/// The parameters a path has fixed, sorted by index; the others are unknown.
using Binding = llvm::SmallVector<std::pair<uint8_t, Value>, 2>;

enum class Truth : uint8_t { No, Maybe, Yes };

class Evaluator {
public:
  explicit Evaluator(const Program &program);

  Value evaluate(FunctionId in, summary::ExprId expr, const Binding &binding, const Context &context,
                 unsigned depth = 0) const;
  /// What `expr` may be where conditions that stay open are taken both ways.
  std::vector<Value> alternatives(FunctionId in, summary::ExprId expr, const Binding &binding, const Context &context,
                                  unsigned depth = 0) const;
  Truth holds(FunctionId in, const summary::Guard &guard, const Binding &binding, const Context &context) const;

private:
  Value evaluateBinary(const summary::Expr &e, const Value &a, const Value &b) const;
  Value evaluateCall(FunctionId in, uint32_t call, const Binding &binding, const Context &context,
                     unsigned depth) const;
  Value contextTest(rules::ContextTest test, const Context &context) const;

  const Program &program;
  mutable unsigned steps = 0; ///< of the evaluation under way
  uint64_t preemptMask, softirqMask, hardirqMask, nmiMask;
};

} // namespace kmem::link
