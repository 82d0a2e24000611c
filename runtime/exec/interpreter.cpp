#include "runtime/exec/interpreter.h"

#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

static constexpr uint64_t frameAlignment = 16;

Interpreter::Ended Interpreter::end(StopKind kind, std::string why, const Instruction &at) const {
  return Stop{kind, {}, std::move(why), at.origin};
}

/// False when the stack is used up.
bool Interpreter::enter(const llvm::Function &function, llvm::ArrayRef<Value> arguments, const CallSite *site) {
  const Code &code = program.codeOf(function);
  const auto base = now.frames.empty() ? 0 : frame->base + frame->code->slots;
  const uint64_t bytes = llvm::alignTo(code.localBytes, frameAlignment);
  if (now.stackTop - stack.bottom < bytes)
    return false;
  const Address mark = now.stackTop;
  now.stackTop -= bytes;
  const Address locals = now.stackTop;
  if (now.registers.size() < base + code.slots)
    now.registers.resize(std::max<size_t>(base + code.slots, now.registers.size() * 2));
  const size_t passed = std::min(arguments.size(), code.parameterWidths.size());
  for (size_t i = 0; i < passed; ++i) // parameters have the first slots
    now.registers[base + i] = fitted(arguments[i], code.parameterWidths[i]);
  if (!copyPassedByValue(function, code, base))
    return false;
  if (function.isVarArg() && !pushVariableArguments(arguments.drop_front(passed), site))
    return false;
  now.frames.push_back({&code, 0, uint32_t(base), locals, mark, site, now.stackTop});
  frame = &now.frames.back();
  return true;
}

/// What is passed by value in memory is the callee's own: a copy on its stack. False when the stack is used up.
bool Interpreter::copyPassedByValue(const llvm::Function &function, const Code &code, size_t base) {
  for (const llvm::Argument &argument : function.args()) {
    if (!argument.hasByValAttr())
      continue;
    const uint64_t size = function.getDataLayout().getTypeAllocSize(argument.getParamByValType());
    const uint64_t room = now.stackTop - stack.bottom;
    if (room < frameAlignment || size > room - frameAlignment)
      return false;
    now.stackTop = llvm::alignDown(now.stackTop - size, frameAlignment);
    Value &pointer = now.registers[base + code.parameters[argument.getArgNo()]];
    const std::optional<uint64_t> from = known(pointer, PickFor::Address);
    if (!from)
      return false;
    memory.copy(now.stackTop, *from, size);
    pointer = Value::known(now.stackTop, maxWidth);
  }
  return true;
}

Stop Interpreter::run(const llvm::Function &function, llvm::ArrayRef<Value> arguments, uint64_t steps) {
  if (!enter(function, arguments, nullptr))
    return {StopKind::Refused, {}, "the stack is full", nullptr};
  return resume(steps);
}

const llvm::Instruction *Interpreter::instructionInHand() const {
  return frame ? frame->code->instructions[frame->at - 1].origin : nullptr;
}

Interpreter::State Interpreter::state() const {
  if (now.frames.empty())
    return now;
  // Registers above the innermost frame's are left over from calls that have returned.
  const auto used = now.registers.begin() + frame->base + frame->code->slots;
  State state{{now.registers.begin(), used}, now.frames, now.stackTop};
  --state.frames.back().at;
  return state;
}

void Interpreter::restore(State state) {
  now = std::move(state);
  frame = now.frames.empty() ? nullptr : &now.frames.back();
}

Stop Interpreter::resume(uint64_t steps) {
  const uint64_t last = taken + steps;
  for (;;) {
    if (taken == last)
      return {StopKind::OutOfSteps, {}, "", frame->code->instructions[frame->at].origin};
    ++taken;
    const Instruction &instruction = frame->code->instructions[frame->at++];
    // The commonest first, without a call.
    switch (instruction.opcode) {
    case Opcode::Copy:
      set(instruction.dst, get(instruction.a));
      continue;
    case Opcode::Jump:
      frame->at = uint32_t(instruction.immediate);
      continue;
    case Opcode::Local:
      set(instruction.dst, Value::known(frame->locals + instruction.immediate, maxWidth));
      continue;
    default:
      break;
    }
    if (Ended ended = step(instruction))
      return std::move(*ended);
  }
}

Interpreter::Ended Interpreter::step(const Instruction &instruction) {
  switch (instruction.opcode) {
  case Opcode::Binary:
    return binary(instruction);
  case Opcode::Not: {
    const Value &a = get(instruction.a);
    set(instruction.dst,
        a.isKnown() ? Value::known(!a.bits(), 1) : Value::symbolic(pool, pool.negation(a.asTerm(pool))));
    return {};
  }
  case Opcode::Truncate: {
    const Value &a = get(instruction.a);
    set(instruction.dst, a.isKnown() ? Value::known(a.bits(), instruction.width)
                                     : Value::symbolic(pool, pool.extract(a.asTerm(pool), 0, instruction.width)));
    return {};
  }
  case Opcode::ZeroExtend:
  case Opcode::SignExtend:
    set(instruction.dst, extended(get(instruction.a), instruction.width, instruction.opcode == Opcode::SignExtend));
    return {};
  case Opcode::Select:
    select(instruction);
    return {};
  case Opcode::CountBits:
    return countBits(instruction);
  case Opcode::WithOverflow:
    withOverflow(instruction);
    return {};
  case Opcode::WideBinary:
    return wideBinary(instruction);
  case Opcode::WideExtend:
    wideExtend(instruction);
    return {};
  case Opcode::IsKnown:
    set(instruction.dst, Value::known(get(instruction.a).isKnown(), 1));
    return {};
  case Opcode::ReturnAddress:
    returnAddress(instruction);
    return {};
  case Opcode::LocalArray:
    return localArray(instruction);
  case Opcode::StackMark:
    set(instruction.dst, Value::known(now.stackTop, maxWidth));
    return {};
  case Opcode::StackBack:
    return cutStack(instruction);
  case Opcode::Load:
  case Opcode::Store:
  case Opcode::Exchange:
  case Opcode::CompareExchange:
    return accessMemory(instruction);
  case Opcode::CopyMemory:
  case Opcode::FillMemory:
    return moveBytes(instruction);
  case Opcode::StartArguments:
    return startArguments(instruction);
  case Opcode::Branch:
    return branch(instruction);
  case Opcode::Switch:
    return choose(instruction);
  case Opcode::Call:
    return call(instruction);
  case Opcode::Return:
    return leave(instruction);
  case Opcode::Unreachable:
    return end(StopKind::Trapped, "code that cannot be reached", instruction);
  case Opcode::Unsupported:
    return end(StopKind::Unsupported, frame->code->texts[instruction.immediate], instruction);
  default:
    return end(StopKind::Unsupported, "an instruction that is not decoded", instruction);
  }
}

} // namespace kmem::replay
