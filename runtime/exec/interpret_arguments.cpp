// Variable arguments, as the x86-64 ABI passes them on the stack: eight bytes each, structs by value as they are.
#include "runtime/exec/interpreter.h"

#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

static constexpr uint64_t argumentBytes = 8, stackAlignment = 16;
// A va_list whose registers are used up: all that is left lies on the stack.
static constexpr uint64_t generalRegistersEnd = 48, registersEnd = 176;

/// How many bytes variable argument `i` from the end takes when it is a struct by value; 0 when it is a scalar.
static uint64_t sizeByValue(const CallSite *site, size_t fromEnd) {
  if (!site || fromEnd > site->call->arg_size() || site->arguments.size() != site->call->arg_size())
    return 0;
  const auto argument = unsigned(site->call->arg_size() - fromEnd);
  llvm::Type *type = site->call->isByValArgument(argument) ? site->call->getParamByValType(argument) : nullptr;
  return type ? site->call->getFunction()->getDataLayout().getTypeAllocSize(type).getFixedValue() : 0;
}

/// False when the stack is used up.
bool Interpreter::pushVariableArguments(llvm::ArrayRef<Value> arguments, const CallSite *site) {
  auto slotBytes = [&](size_t i) {
    return llvm::alignTo(std::max(sizeByValue(site, arguments.size() - i), argumentBytes), argumentBytes);
  };
  uint64_t bytes = 0;
  for (size_t i = 0; i < arguments.size() && bytes <= now.stackTop - stack.bottom; ++i)
    bytes += slotBytes(i);
  if (now.stackTop - stack.bottom < bytes + stackAlignment)
    return false;
  now.stackTop = llvm::alignDown(now.stackTop - bytes, stackAlignment);
  Address at = now.stackTop;
  for (size_t i = 0; i < arguments.size(); at += slotBytes(i++)) {
    const uint64_t size = sizeByValue(site, arguments.size() - i);
    const std::optional<uint64_t> from = size ? known(arguments[i], PickFor::Address) : std::nullopt;
    if (!size)
      memory.store(at, extended(arguments[i], maxWidth, false));
    else if (from)
      memory.copy(at, *from, size);
    else
      return false;
  }
  return true;
}

Interpreter::Ended Interpreter::startArguments(const Instruction &instruction) {
  const std::optional<uint64_t> list = known(get(instruction.a), PickFor::Address);
  if (!list)
    return end(StopKind::Refused, "where a list of arguments begins", instruction);
  memory.store(*list, Value::known(generalRegistersEnd, 32));
  memory.store(*list + 4, Value::known(registersEnd, 32));
  memory.store(*list + 8, Value::known(frame->variableArguments, maxWidth));
  memory.store(*list + 16, Value::known(0, maxWidth));
  return {};
}

} // namespace kmem::replay
