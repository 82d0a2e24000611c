// String instructions, upwards. Repeated ones work on whole blocks; with an exception table, on user memory, which
// gives inputs and keeps nothing.
#include "runtime/exec/assembly_table.h"
#include "runtime/exec/assembly_user.h"

namespace kmem::replay {

/// More than this is not copied or filled by one instruction.
static constexpr uint64_t maxBlock = uint64_t(64) << 20;
/// A comparison goes on at most so long.
static constexpr uint64_t maxCompared = 4096;

static unsigned elementWidth(const AssemblyInstruction &instruction) {
  return instruction.width ? instruction.width : maxWidth;
}

/// How many bytes: cx elements when repeated, else one.
static std::optional<uint64_t> blockSize(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const uint64_t element = elementWidth(instruction) / 8;
  if (!instruction.repeats)
    return element;
  const std::optional<uint64_t> count = run.pick(run.cpu(CX, maxWidth), PickFor::Size);
  if (count && *count > maxBlock / element)
    run.refuse("a block of " + std::to_string(*count) + " elements");
  else if (count)
    return *count * element;
  return std::nullopt;
}

static void advance(AssemblyRun &run, const AssemblyInstruction &instruction, CpuRegister pointer, uint64_t size) {
  run.setCpu(pointer, run.math.binary(Op::Add, run.cpu(pointer, maxWidth), Value::known(size, maxWidth)));
  if (instruction.repeats)
    run.setCpu(CX, Value::known(0, maxWidth));
}

static void fillBlock(AssemblyRun &run, const Value &pointer, const Value &element, uint64_t size) {
  const std::optional<uint64_t> to = run.pick(pointer, PickFor::Address);
  if (!to || !size)
    return;
  const Value byte = run.math.part(element, 0, 8);
  bool isOneByte = true;
  for (unsigned low = 8; low < element.width(); low += 8)
    isOneByte &= run.math.part(element, low, 8) == byte;
  if (isOneByte)
    return run.world.memory.fill(*to, byte, size);
  for (uint64_t at = 0; at < size; at += element.width() / 8)
    run.world.memory.store(*to + at, element);
}

static void fill(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const Value pointer = run.cpu(DI, maxWidth);
  const bool isUser = run.isUserAccess(pointer);
  if (isUser && run.userAccessFaults())
    return;
  const std::optional<uint64_t> size = blockSize(run, instruction);
  if (!size)
    return;
  if (!isUser)
    fillBlock(run, pointer, run.cpu(AX, elementWidth(instruction)), *size);
  advance(run, instruction, DI, *size);
}

static void copy(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const Value from = run.cpu(SI, maxWidth), to = run.cpu(DI, maxWidth);
  const bool isUser = run.text.mayFault && !(isKernelAddress(from) && isKernelAddress(to));
  if (isUser && run.userAccessFaults())
    return;
  const std::optional<uint64_t> size = blockSize(run, instruction);
  if (!size)
    return;
  copyBlock(run, to, from, *size, isUser);
  advance(run, instruction, SI, *size);
  advance(run, instruction, DI, *size);
}

/// Elements from a port.
static void inputFromPort(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const auto size = blockSize(run, instruction), to = run.pick(run.cpu(DI, maxWidth), PickFor::Address);
  if (!size || !to)
    return;
  inputBlock(run, "ins", *to, *size);
  advance(run, instruction, DI, *size);
}

static void outputToPort(AssemblyRun &run, const AssemblyInstruction &instruction) {
  if (const std::optional<uint64_t> size = blockSize(run, instruction))
    advance(run, instruction, SI, *size);
}

/// Compares al with bytes, or bytes with bytes, one by one while it is repeated.
template <bool WithMemory> static void compare(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const unsigned width = elementWidth(instruction);
  for (uint64_t step = 0; step < maxCompared; ++step) {
    const Value count = run.cpu(CX, maxWidth);
    const std::optional<bool> done = instruction.repeats ? run.decide(run.math.isZero(count)) : step > 0;
    if (!done || *done)
      return;
    const Value a = WithMemory ? run.load(run.cpu(SI, maxWidth), width) : run.cpu(AX, width);
    const Value b = run.load(run.cpu(DI, maxWidth), width);
    run.flags.afterSubtraction(a, b, Value::known(0, 1), run.math.binary(Op::Sub, a, b));
    const Value size = Value::known(width / 8, maxWidth);
    run.setCpu(DI, run.math.binary(Op::Add, run.cpu(DI, maxWidth), size));
    if (WithMemory)
      run.setCpu(SI, run.math.binary(Op::Add, run.cpu(SI, maxWidth), size));
    if (!instruction.repeats)
      return;
    run.setCpu(CX, run.math.binary(Op::Sub, count, Value::known(1, maxWidth)));
    const std::optional<bool> equal = run.decide(run.flags.zero());
    if (!equal || *equal == instruction.repeatsWhileUnequal)
      return;
  }
  run.refuse("a long comparison");
}

static void load(AssemblyRun &run, const AssemblyInstruction &instruction) {
  const unsigned width = elementWidth(instruction);
  const Value from = run.cpu(SI, maxWidth);
  run.setCpu(AX, run.load(from, width));
  run.setCpu(SI, run.math.binary(Op::Add, from, Value::known(width / 8, maxWidth)));
}

llvm::ArrayRef<AssemblyRow> stringInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"stos", fill},           {"movs", copy},          {"ins", inputFromPort}, {"outs", outputToPort},
      {"scas", compare<false>}, {"cmps", compare<true>}, {"lods", load},
  };
  return rows;
}

} // namespace kmem::replay
