#include "runtime/search/callee_policy.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

namespace kmem::replay {

static constexpr unsigned maxDepth = 4; ///< of calls looked through for changes of context

CalleePolicy::CalleePolicy(const rules::RuleSet &rules, const Program &program, std::set<std::string> named,
                           unsigned skipAbove)
    : rules(rules), program(program), named(std::move(named)), skipAbove(skipAbove) {}

CalleePolicy::Changes CalleePolicy::changesOf(const llvm::Function &function, unsigned depth) const {
  if (auto it = known.find(&function); it != known.end())
    return it->second;
  known[&function] = {}; // for recursion
  Changes changes;
  for (const llvm::Instruction &instruction : llvm::instructions(function)) {
    auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    const llvm::Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee || callee->isIntrinsic())
      continue;
    if (const rules::FunctionRule *rule = rules.function(callee->getName())) {
      for (const rules::ContextEffect &effect : rule->effects)
        (effect.kind == rules::ContextEffect::Kind::Enter || effect.kind == rules::ContextEffect::Kind::SaveIrqs
             ? changes.enters
             : changes.leaves) += 1;
      continue;
    }
    const llvm::Function *body = program.definitionOf(*callee);
    if (!body || depth == 0)
      continue;
    const Changes inner = changesOf(*body, depth - 1);
    changes.enters += inner.enters;
    changes.leaves += inner.leaves;
  }
  return known[&function] = changes;
}

/// What only enters or only leaves contexts does so for its caller.
bool CalleePolicy::runs(const llvm::Function &body) const {
  if (body.getInstructionCount() <= skipAbove || named.contains(body.getName().str()))
    return true;
  const Changes changes = changesOf(body, maxDepth);
  return (changes.enters != 0) != (changes.leaves != 0);
}

} // namespace kmem::replay
