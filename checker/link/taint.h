// Stage: link. Who chose a value. In: a Program and an expression at a call. Out: the outsider (a user, a device, the
// network, a disk) whose data reaches it unchecked, the calls that hand it on, and how large it can get.
//
// An expression is followed backwards through arithmetic, memory that an outsider's data was copied into
// (written_memory.h), parameters and results. A value that was compared with an upper limit on the way, masked or
// narrowed is no outsider's any more. Answers do not depend on the order of the units; an object answers for one
// Program and remembers what it found: not for two threads.
#pragma once

#include "checker/link/limit_checks.h"
#include "checker/link/written_memory.h"

#include "llvm/ADT/DenseMap.h"

namespace kmem::link {

/// Calls that an outsider's value is followed through, up the callers and down into results together.
inline constexpr unsigned maxTaintHops = 6;

/// A call that hands the value on.
struct TaintHop {
  CallRef call;
  bool returned = false; ///< the value comes back from the call rather than going in
};

struct TaintOrigin {
  std::string kind; ///< user, device, network, disk; "foreign" when only the declared byte order tells
  std::string what; ///< for messages: "what copy_from_user() reads", "`count` of file_operations.write"
  FunctionId function = noFunction;
  int32_t call = -1;            ///< in that function: the call that brings it in; -1: a parameter or a load
  std::vector<TaintHop> hops{}; ///< from the origin to the value asked about
};

/// The values an expression can have: all of them, or those that its outsider can choose.
struct Flow {
  std::optional<TaintOrigin> origin;
  uint64_t low = 0, high = ~uint64_t(0);
};

class Taint {
public:
  explicit Taint(const Program &program);

  /// `expr` in one state of a call of `in`.
  Flow flowOf(FunctionId in, summary::ExprId expr, const summary::PathState &state);

private:
  struct Frame;
  Flow follow(Frame &frame, summary::ExprId id);
  Flow compute(Frame &frame, summary::ExprId id);
  Flow arithmetic(Frame &frame, const summary::Expr &e);
  Flow select(Frame &frame, const summary::Expr &e);
  Flow load(Frame &frame, const summary::Expr &e);
  std::optional<TaintOrigin> loaded(Frame &frame, const summary::Expr &e);
  Flow result(Frame &frame, const summary::Expr &e);
  Flow parameter(Frame &frame, const summary::Expr &e);
  Flow fromCallers(FunctionId function, uint32_t parameter, unsigned width, unsigned hops);
  std::optional<Flow> promisedParameter(FunctionId function, uint32_t parameter, unsigned width, bool pointee) const;
  uint64_t mostOf(llvm::StringRef valueName, unsigned width) const;
  bool checkedByCallers(FunctionId function, NameKey field, summary::ExprId object, unsigned hops) const;
  std::optional<TaintOrigin> memory(Frame &frame, summary::ExprId address, unsigned depth);
  std::optional<TaintOrigin> memoryFromCallers(FunctionId function, uint32_t parameter, unsigned hops);
  void findIndirectCallers();

  const Program &program;
  WrittenMemory written;
  LimitChecks limited;
  std::vector<std::vector<CallRef>> indirectCallers;
  llvm::DenseMap<std::pair<FunctionId, uint32_t>, Flow> parameterFlows;
  llvm::DenseMap<std::pair<FunctionId, uint32_t>, std::optional<TaintOrigin>> parameterMemory;
};

} // namespace kmem::link
