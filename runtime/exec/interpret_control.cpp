#include "runtime/exec/interpreter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Instructions.h"

namespace kmem::replay {

Interpreter::Ended Interpreter::branch(const Instruction &instruction) {
  const llvm::Instruction *at = instruction.origin;
  const bool isBranch = llvm::isa<llvm::BranchInst>(at);
  const std::optional<bool> taken = decide(get(instruction.a), at, isBranch ? at->getSuccessor(0) : nullptr,
                                           isBranch ? at->getSuccessor(1) : nullptr);
  if (!taken)
    return end(StopKind::Refused, "a branch", instruction);
  frame->at = *taken ? uint32_t(instruction.immediate) : instruction.other;
  return {};
}

/// A symbolic switch is decided case by case, in their order.
Interpreter::Ended Interpreter::choose(const Instruction &instruction) {
  const SwitchTable &table = frame->code->switches[instruction.immediate];
  const Value &value = get(instruction.a);
  if (value.isKnown()) {
    const auto found = llvm::find_if(table.cases, [&](const auto &known) { return known.value == value.bits(); });
    frame->at = found == table.cases.end() ? table.otherwise : found->target;
    return {};
  }
  const auto *choice = llvm::dyn_cast<llvm::SwitchInst>(instruction.origin);
  if (!choice)
    return end(StopKind::Refused, "the way that inline assembly takes", instruction);
  unsigned successor = 1; // 0 is the default
  for (const SwitchTable::Case &known : table.cases) {
    const std::optional<bool> matches = decide(compute(Op::Eq, value, Value::known(known.value, instruction.width)),
                                               choice, choice->getSuccessor(successor++));
    if (!matches)
      return end(StopKind::Refused, "a switch", instruction);
    if (*matches) {
      frame->at = known.target;
      return {};
    }
  }
  frame->at = table.otherwise;
  return {};
}

Interpreter::Ended Interpreter::call(const Instruction &instruction) {
  const CallSite &site = frame->code->calls[instruction.immediate];
  llvm::SmallVector<Value, 8> arguments;
  for (Slot slot : site.arguments)
    arguments.push_back(get(slot));
  const llvm::Function *target = site.direct;
  if (site.callee != noSlot) {
    const std::optional<uint64_t> address = known(get(site.callee), PickFor::Function);
    if (!address)
      return end(StopKind::Refused, "a function pointer", instruction);
    target = program.layout().functionAt(*address);
  }
  Environment::CallOutcome outcome = environment.call(site, target, arguments);
  if (!outcome.refusal.empty())
    return end(StopKind::Refused, std::move(outcome.refusal), instruction);
  if (outcome.body) {
    if (!enter(*outcome.body, outcome.isCallback ? llvm::ArrayRef<Value>(outcome.results) : arguments, &site))
      return end(StopKind::Refused, "the stack is full", instruction);
    frame->isCallback = outcome.isCallback;
    return {};
  }
  assert(outcome.results.size() >= site.resultWidths.size() && "a result for every slot");
  for (size_t i = 0; i < site.resultWidths.size(); ++i)
    set(site.result + Slot(i), outcome.results[i]);
  return {};
}

/// Behind the start of the function that called: a call's place in it has no address.
void Interpreter::returnAddress(const Instruction &instruction) {
  const size_t levels = std::min<size_t>(instruction.immediate + 1, now.frames.size() - 1);
  const llvm::Function &caller = *now.frames[now.frames.size() - 1 - levels].code->function;
  set(instruction.dst, Value::known(program.layout().addressOf(caller) + 1, maxWidth));
}

Interpreter::Ended Interpreter::leave(const Instruction &instruction) {
  Values results;
  for (uint64_t i = 0; i < instruction.immediate; ++i)
    results.push_back(get(instruction.a + Slot(i)));
  const CallSite *site = frame->site;
  const bool isCallback = frame->isCallback;
  now.stackTop = frame->stackMark;
  now.frames.pop_back();
  if (now.frames.empty() || !site) {
    frame = now.frames.empty() ? nullptr : &now.frames.back();
    return Stop{StopKind::Returned, std::move(results), "", instruction.origin};
  }
  frame = &now.frames.back();
  for (size_t i = 0; i < site->resultWidths.size(); ++i)
    set(site->result + Slot(i), !isCallback && i < results.size() && results[i].width() == site->resultWidths[i]
                                    ? results[i]
                                    : environment.input({"what a call returns", site->resultWidths[i]}));
  return {};
}

} // namespace kmem::replay
