// Jumps inside of a statement and out of it, calls and traps; code that the kernel patches at run time.
#include "runtime/exec/assembly_special.h"
#include "runtime/exec/assembly_table.h"

#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace kmem::replay {

/// asm-generic/bug.h: BUGFLAG_WARNING
static constexpr uint64_t bugflagWarning = 1;

static void jump(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (instruction.operands.size() != 1 || instruction.operands[0].isIndirect)
    return run.giveUp();
  run.jump(instruction.operands[0]);
}

static void jumpIf(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const std::optional<bool> taken = run.decide(run.flags.holds(instruction.condition));
  if (taken && *taken)
    jump(run, instruction);
}

static void call(AssemblyRun &run, const AssemblyInstruction &instruction) {
  std::string name = calleeName(instruction, *run.site.call);
  const Binding *binding = instruction.operands.empty() ? nullptr : run.bindingOf(instruction.operands[0]);
  if (name.empty() && binding && binding->value.isKnown())
    if (const llvm::Function *function = run.world.image.functionAt(binding->value.bits()))
      name = function->getName().str();
  if (!runCallee(run, name))
    run.giveUp();
}

/// The flags of the bug table's entry, its last operand but one, tell a warning from a BUG.
static void undefined(AssemblyRun &run, const AssemblyInstruction &) {
  const auto operands = run.operands();
  const bool isWarning = run.text.isBug && operands.size() >= 2 && operands[operands.size() - 2].value.isKnown() &&
                         operands[operands.size() - 2].value.bits() & bugflagWarning;
  if (isWarning)
    return run.world.context.warning(run.site);
  run.world.context.bug(run.site);
  run.refuse("BUG");
}

llvm::ArrayRef<AssemblyRow> jumpInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"jmp", jump}, {"j?", jumpIf}, {"call", call}, {"ud2", undefined}, {"ud1", undefined},
  };
  return rows;
}

/// The key's name, and the value it starts with where its initialiser is here; of others the type says it.
static std::string keyName(const AssemblyRun &run, const Value &key, bool &isEnabled) {
  const llvm::GlobalVariable *variable = key.isKnown() ? run.world.image.variableAt(key.bits()) : nullptr;
  if (!variable)
    return "a static key";
  if (variable->hasInitializer()) {
    const llvm::Constant *first = variable->getInitializer();
    while (first && first->getType()->isAggregateType())
      first = first->getAggregateElement(0u);
    isEnabled = first && !first->isNullValue();
  } else if (auto *type = llvm::dyn_cast<llvm::StructType>(variable->getValueType())) {
    isEnabled = type->hasName() && type->getName().contains("true");
  }
  return variable->getName().str();
}

/// asm/jump_label.h: the jump is there when the key is not what the branch was written for.
static void staticKey(AssemblyRun &run) {
  const auto operands = run.operands();
  const auto label = llvm::find_if(operands, [](const Binding &b) { return b.kind == Binding::Kind::Label; });
  if (operands.size() < 3 || label == operands.end())
    return run.giveUp();
  const std::optional<bool> branch = run.decide(run.math.part(operands[1].value, 0, 1));
  if (!branch)
    return;
  bool isEnabled = false;
  const std::string name = keyName(run, operands[0].value, isEnabled);
  isEnabled ^= run.world.chooser.choose(ChoiceKind::StaticKey, name, 2) != 0;
  if (isEnabled != *branch)
    run.leave({.number = int(label - operands.begin())});
}

namespace {
/// Values that the kernel patches into its code at boot.
struct RuntimeConstant {
  llvm::StringLiteral name;
  uint64_t value;
};
constexpr RuntimeConstant runtimeConstants[] = {
    {"USER_PTR_MAX", 0x7ffffffff000}, // arch/x86/kernel/cpu/common.c: TASK_SIZE_MAX with four levels of page tables
};
} // namespace

/// asm/runtime-const.h: the first operand is the output.
static void runtimeConstant(AssemblyRun &run) {
  AssemblyOperand output;
  output.kind = AssemblyOperand::Kind::Bound;
  output.bound.number = 0;
  AssemblyInstruction whole;
  whole.operands = {output};
  const unsigned width = run.widthOf(whole);
  for (const RuntimeConstant &constant : runtimeConstants)
    if (constant.name == run.text.runtimeConstant)
      return run.write(output, Value::known(constant.value, width));
  run.write(output, run.input(run.text.runtimeConstant, width));
}

bool runSpecial(AssemblyRun &run) {
  if (!run.text.runtimeConstant.empty()) {
    runtimeConstant(run);
    return true;
  }
  if (run.text.isStaticKey) {
    staticKey(run);
    return true;
  }
  if (!run.text.featureAbsent.isThere())
    return false;
  const bool isThere = run.world.chooser.choose(ChoiceKind::StaticKey, "CPU feature " + run.text.feature, 2) != 0;
  run.leave(isThere ? run.text.featureThere : run.text.featureAbsent);
  return true;
}

} // namespace kmem::replay
