#include "runtime/models/models.h"

#include "runtime/models/call_types.h"
#include "runtime/models/known_variables.h"
#include "runtime/models/registry.h"
#include "runtime/models/rule_driven.h"

namespace kmem::replay {

/// What is known of a callee by its name.
struct Models::Known {
  const rules::FunctionRule *rule;
  Model model;
};

Models::Models(const rules::RuleSet &rules, const TreeValues &values, Machine &machine)
    : rules(rules), machine(machine), gfpBits(values, machine.system.profile().gfp) {
  setKnownVariables(machine);
}
Models::~Models() = default;

const Models::Known &Models::known(llvm::StringRef callee) {
  std::unique_ptr<Known> &entry = callees[callee];
  if (!entry) {
    const rules::FunctionRule *rule = rules.replayFunction(callee);
    entry.reset(new Known{rule, rule && !rule->model.empty() ? modelNamed(rule->model) : nullptr});
  }
  return *entry;
}

/// The function that reports name as the caller of the allocators.
static std::string_view callerOf(const CallSite &site) {
  return site.call ? std::string_view(site.call->getFunction()->getName()) : "";
}

static bool hasBody(const Machine &machine, const CallSite &site, llvm::StringRef callee) {
  const llvm::Function *function = calleeOf(site, callee);
  return function && machine.program.definitionOf(*function);
}

std::optional<Environment::CallOutcome> Models::call(const CallSite &site, llvm::StringRef callee,
                                                     llvm::ArrayRef<Value> arguments, Chooser &chooser) {
  const Known &found = known(callee);
  if (!found.rule)
    return std::nullopt;
  ModelCall call{rules, gfpBits, machine, now, site, callee, *found.rule, arguments, chooser};
  const sim::CallerScope caller(machine.system.kernel.symbols, callerOf(site));
  try {
    if (found.model)
      return Environment::CallOutcome{nullptr, found.model(call), ""};
    if (hasBody(machine, site, callee)) {
      checkBeforeBody(call);
      return std::nullopt;
    }
    return Environment::CallOutcome{nullptr, doWhatTheRuleSays(call), ""};
  } catch (const Refusal &refusal) {
    return Environment::CallOutcome{nullptr, {}, refusal.why};
  }
}

Environment::CallOutcome Models::stub(const CallSite &site, llvm::StringRef callee, llvm::ArrayRef<Value> arguments,
                                      Chooser &chooser) {
  rules::FunctionRule unknown;
  unknown.name = unknown.spelling = callee.str();
  const rules::FunctionRule *rule = known(callee).rule;
  ModelCall call{rules, gfpBits, machine, now, site, callee, rule ? *rule : unknown, arguments, chooser};
  const sim::CallerScope caller(machine.system.kernel.symbols, callerOf(site));
  try {
    return {nullptr, rule ? doWhatTheRuleSays(call) : anyOutcome(call), ""};
  } catch (const Refusal &refusal) {
    return {nullptr, {}, refusal.why};
  }
}

const Allocation *Models::allocationAt(Address address) const {
  const auto below = now.allocations.atOrBelow(address);
  if (!below || address - below->key >= std::max<uint64_t>(below->value.size, 1))
    return nullptr;
  return now.allocations.find(below->key);
}

} // namespace kmem::replay
