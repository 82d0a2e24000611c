// Functions that inline assembly calls, by name: they take and leave registers of their own.
#include "runtime/exec/assembly_operand.h"
#include "runtime/exec/assembly_special.h"
#include "runtime/exec/assembly_user.h"

#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"

namespace kmem::replay {

static constexpr uint64_t pageBytes = 4096;

/// arch/x86/lib/hweight.S: di to ax.
template <unsigned width> static void countOnes(AssemblyRun &run, llvm::StringRef) {
  run.setCpu(AX, run.math.ones(run.cpu(DI, width)));
}

/// arch/x86/lib/clear_page_64.S: the page at di.
static void clearPage(AssemblyRun &run, llvm::StringRef) {
  if (const auto page = run.pick(run.cpu(DI, maxWidth), PickFor::Address))
    run.world.memory.fill(*page, Value::known(0, 8), pageBytes);
}

/// arch/x86/lib/copy_page_64.S: the page at si to di.
static void copyPage(AssemblyRun &run, llvm::StringRef) {
  const auto from = run.pick(run.cpu(SI, maxWidth), PickFor::Address),
             to = run.pick(run.cpu(DI, maxWidth), PickFor::Address);
  if (from && to)
    run.world.memory.copy(*to, *from, pageBytes);
}

/// arch/x86/lib/cmpxchg16b_emu.S and its like take their operand at si.
static void compareAndExchangePair(AssemblyRun &run, llvm::StringRef) {
  const Value low = run.cpu(SI, maxWidth), high = run.math.binary(Op::Add, low, Value::known(8, maxWidth));
  const Value oldLow = run.load(low, 64), oldHigh = run.load(high, 64);
  const Value same =
      run.math.binary(Op::And, run.math.equal(oldLow, run.cpu(AX, 64)), run.math.equal(oldHigh, run.cpu(DX, 64)));
  run.store(low, run.math.chosen(same, run.cpu(BX, 64), oldLow));
  run.store(high, run.math.chosen(same, run.cpu(CX, 64), oldHigh));
  run.setCpu(AX, oldLow);
  run.setCpu(DX, oldHigh);
  run.flags.setZero(same);
}

static void nothing(AssemblyRun &, llvm::StringRef) {}

namespace {
struct Callee {
  llvm::StringLiteral name; ///< what a name starts with, when it ends in a star
  void (*run)(AssemblyRun &run, llvm::StringRef name);
};
constexpr Callee callees[] = {
    {"__SCT__preempt_schedule*", nothing},
    {"__SCT__cond_resched*", nothing},
    {"__SCT__might_resched*", nothing},
    {"preempt_schedule*", nothing},
    {"__get_user_*", getUser},
    {"__put_user_*", putUser},
    {"__sw_hweight32", countOnes<32>},
    {"__sw_hweight64", countOnes<64>},
    {"clear_page_*", clearPage},
    {"copy_page*", copyPage},
    {"rep_stos_alternative", clearUser},
    {"copy_user_generic_unrolled", copyUser},
    {"this_cpu_cmpxchg16b_emu", compareAndExchangePair},
    {"entry_untrain_ret", nothing},
    {"write_ibpb", nothing},
    {"entry_ibpb", nothing},
    {"clear_bhb_loop", nothing},
    {"BUG_func", nothing},
    {"__fentry__", nothing},
};
} // namespace

static const Callee *calleeNamed(llvm::StringRef name) {
  for (const Callee &callee : callees) {
    llvm::StringRef pattern = callee.name;
    if (pattern.consume_back("*") ? name.starts_with(pattern) : name == pattern)
      return &callee;
  }
  return nullptr;
}

bool runCallee(AssemblyRun &run, llvm::StringRef name) {
  const Callee *callee = calleeNamed(name);
  if (callee)
    callee->run(run, name);
  return callee;
}

/// The call's argument that is operand `number`; null when it is no argument.
static const llvm::Value *argumentOf(const llvm::CallBase &call, int number) {
  int operand = 0;
  unsigned argument = 0;
  for (const auto &constraint : llvm::cast<llvm::InlineAsm>(call.getCalledOperand())->ParseConstraints()) {
    if (constraint.Type == llvm::InlineAsm::isClobber)
      continue;
    const bool takesArgument = constraint.hasArg();
    if (operand++ == number)
      return takesArgument && argument < call.arg_size() ? call.getArgOperand(argument) : nullptr;
    argument += takesArgument;
  }
  return nullptr;
}

/// "__get_user_${4:c}" with the number in its place.
static std::string spelledOut(llvm::StringRef symbol, const llvm::CallBase &call) {
  const size_t at = symbol.find('$');
  if (at == llvm::StringRef::npos)
    return symbol.str();
  const BoundOperand bound = boundOperand(symbol.drop_front(at));
  auto *number = llvm::dyn_cast_or_null<llvm::ConstantInt>(argumentOf(call, bound.number));
  return number ? (symbol.take_front(at) + std::to_string(number->getZExtValue())).str() : "";
}

std::string calleeName(const AssemblyInstruction &instruction, const llvm::CallBase &call) {
  if (instruction.operands.size() != 1 || instruction.operands[0].isIndirect)
    return "";
  const AssemblyOperand &operand = instruction.operands[0];
  if (operand.kind == AssemblyOperand::Kind::Symbol)
    return spelledOut(operand.symbol, call);
  const llvm::Value *argument =
      operand.kind == AssemblyOperand::Kind::Bound ? argumentOf(call, operand.bound.number) : nullptr;
  auto *function = llvm::dyn_cast_or_null<llvm::Function>(argument);
  return function ? function->getName().str() : "";
}

std::string unknownCallee(const AssemblyText &text, const llvm::CallBase &call) {
  for (const AssemblyInstruction &instruction : text.instructions) {
    if (llvm::StringRef(instruction.mnemonic).starts_with("call") && !calleeNamed(calleeName(instruction, call)))
      return "call " + calleeName(instruction, call);
    const bool jumps = instruction.mnemonic[0] == 'j' && instruction.operands.size() == 1;
    if (jumps && instruction.operands[0].isIndirect)
      return instruction.mnemonic;
  }
  return "";
}

} // namespace kmem::replay
