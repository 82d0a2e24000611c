#include "tests/bench/reach/targets.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"

namespace kmem::bench {

using replay::RouteHop;

namespace {
/// The direct calls of each function of a module, in the module's order.
using CallsTo = llvm::DenseMap<const llvm::Function *, std::vector<const llvm::CallBase *>>;

CallsTo callsIn(const llvm::Module &module) {
  CallsTo calls;
  for (const llvm::Function &function : module)
    for (const llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        if (const llvm::Function *callee = call->getCalledFunction(); callee && !callee->isIntrinsic())
          calls[callee].push_back(call);
  return calls;
}

bool isAllocation(const llvm::CallBase &call, const rules::RuleSet &rules) {
  const rules::FunctionRule *rule = rules.function(call.getCalledFunction()->getName());
  return rule && rule->alloc;
}

/// Upwards by the first caller that is not in the chain yet, whichever of its calls it is.
std::vector<RouteHop> chainTo(const llvm::CallBase &call, const CallsTo &calls) {
  std::vector<RouteHop> hops{{call.getFunction(), {&call}}};
  llvm::SmallPtrSet<const llvm::Function *, levels> seen{call.getFunction()};
  while (hops.size() < levels) {
    const auto callers = calls.find(hops.front().function);
    if (callers == calls.end())
      break;
    const auto next = llvm::find_if(callers->second, [&](auto *above) { return !seen.contains(above->getFunction()); });
    if (next == callers->second.end())
      break;
    const llvm::Function *caller = (*next)->getFunction();
    seen.insert(caller);
    RouteHop hop{caller, {}};
    llvm::copy_if(callers->second, std::back_inserter(hop.calls),
                  [&](auto *above) { return above->getFunction() == caller; });
    hops.insert(hops.begin(), std::move(hop));
  }
  return hops;
}
} // namespace

std::vector<ReachTarget> targetsIn(replay::LoadedUnit &unit, const rules::RuleSet &rules) {
  const llvm::Module &module = *unit.code.module;
  const CallsTo calls = callsIn(module);
  std::vector<ReachTarget> targets;
  for (const llvm::Function &function : module) {
    if (function.isDeclaration() || !unit.locations->resolve(function).file.ends_with(".c"))
      continue;
    for (const llvm::Instruction &instruction : llvm::instructions(function)) {
      auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      if (!call || !call->getCalledFunction() || !isAllocation(*call, rules))
        continue;
      const ModuleLocation at = unit.locations->resolve(*call);
      targets.push_back(
          {at.file.str() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), chainTo(*call, calls)});
    }
  }
  return targets;
}

std::vector<RouteHop> hopsFrom(const ReachTarget &target, unsigned level) {
  if (target.hops.size() <= level)
    return {};
  return {target.hops.end() - level - 1, target.hops.end()};
}

} // namespace kmem::bench
