#include "runtime/exec/interpreter.h"

#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

/// A copy of a symbolic length is made of a length that is asked for; none may be longer than this.
static constexpr uint64_t maxBytesAtOnce = uint64_t(64) << 20;

Interpreter::Ended Interpreter::localArray(const Instruction &instruction) {
  const std::optional<uint64_t> bytes = known(get(instruction.a), PickFor::Size);
  if (!bytes)
    return end(StopKind::Refused, "the size of a local array", instruction);
  const uint64_t room = now.stackTop - stack.bottom, alignment = std::max<uint64_t>(instruction.immediate, 1);
  if (*bytes > room || alignment > room - *bytes)
    return end(StopKind::Refused, "the stack is full", instruction);
  now.stackTop = llvm::alignDown(now.stackTop - *bytes, alignment);
  set(instruction.dst, Value::known(now.stackTop, maxWidth));
  return {};
}

/// Back to a mark, which only takes away what was made since.
Interpreter::Ended Interpreter::cutStack(const Instruction &instruction) {
  const std::optional<uint64_t> mark = known(get(instruction.a), PickFor::Address);
  if (!mark || *mark < now.stackTop || *mark > frame->locals)
    return end(StopKind::Refused, "a mark of the stack", instruction);
  now.stackTop = *mark;
  return {};
}

Interpreter::Ended Interpreter::accessMemory(const Instruction &instruction) {
  const std::optional<uint64_t> address =
      known(get(instruction.opcode == Opcode::Store ? instruction.b : instruction.a), PickFor::Address);
  if (!address)
    return end(StopKind::Refused, "an address", instruction);
  switch (instruction.opcode) {
  case Opcode::Load:
    set(instruction.dst, memory.load(*address, instruction.width));
    return {};
  case Opcode::Store:
    memory.store(*address, get(instruction.a));
    return {};
  case Opcode::Exchange:
    return exchange(instruction, *address);
  default:
    return compareExchange(instruction, *address);
  }
}

Value Interpreter::combined(AtomicOperation operation, const Value &old, const Value &operand) {
  auto choose = [&](Op less, bool smallest) {
    const Value first = compute(less, old, operand);
    const Value &then = smallest ? old : operand, &otherwise = smallest ? operand : old;
    if (first.isKnown())
      return first.bits() ? then : otherwise;
    return Value::symbolic(pool, pool.ite(first.asTerm(pool), then.asTerm(pool), otherwise.asTerm(pool)));
  };
  switch (operation) {
  case AtomicOperation::Set:
    return operand;
  case AtomicOperation::Add:
    return compute(Op::Add, old, operand);
  case AtomicOperation::Sub:
    return compute(Op::Sub, old, operand);
  case AtomicOperation::And:
    return compute(Op::And, old, operand);
  case AtomicOperation::Or:
    return compute(Op::Or, old, operand);
  case AtomicOperation::Xor:
    return compute(Op::Xor, old, operand);
  case AtomicOperation::Nand:
    return compute(Op::Xor, compute(Op::And, old, operand), Value::known(~uint64_t(0), old.width()));
  case AtomicOperation::Max:
    return choose(Op::Slt, false);
  case AtomicOperation::Min:
    return choose(Op::Slt, true);
  case AtomicOperation::UMax:
    return choose(Op::Ult, false);
  case AtomicOperation::UMin:
    return choose(Op::Ult, true);
  }
  __builtin_unreachable();
}

Interpreter::Ended Interpreter::exchange(const Instruction &instruction, Address address) {
  const Value old = memory.load(address, instruction.width);
  memory.store(address, combined(AtomicOperation(instruction.operation), old, get(instruction.b)));
  set(instruction.dst, old);
  return {};
}

Interpreter::Ended Interpreter::compareExchange(const Instruction &instruction, Address address) {
  const Value old = memory.load(address, instruction.width);
  const Value same = compute(Op::Eq, old, get(instruction.b));
  const std::optional<bool> stores = decide(same, instruction.origin);
  if (!stores)
    return end(StopKind::Refused, "a compare and exchange", instruction);
  if (*stores)
    memory.store(address, get(instruction.c));
  set(instruction.dst, old);
  set(instruction.dst + 1, Value::known(*stores, 1));
  return {};
}

Interpreter::Ended Interpreter::moveBytes(const Instruction &instruction) {
  const std::optional<uint64_t> to = known(get(instruction.a), PickFor::Address),
                                size = known(get(instruction.c), PickFor::Size);
  if (!to || !size)
    return end(StopKind::Refused, "where or how much to copy", instruction);
  if (*size > maxBytesAtOnce)
    return end(StopKind::Refused, "a copy of " + std::to_string(*size) + " bytes", instruction);
  if (*size == 0)
    return {};
  if (instruction.opcode == Opcode::FillMemory) {
    memory.fill(*to, get(instruction.b), *size);
    return {};
  }
  const std::optional<uint64_t> from = known(get(instruction.b), PickFor::Address);
  if (!from)
    return end(StopKind::Refused, "where to copy from", instruction);
  memory.copy(*to, *from, *size);
  return {};
}

} // namespace kmem::replay
