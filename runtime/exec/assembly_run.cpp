#include "runtime/exec/assembly_run.h"

#include "runtime/exec/assembly_table.h"
#include "runtime/exec/per_cpu.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

/// A statement that loops longer than this is not run to its end.
static constexpr unsigned maxInstructions = 10'000;

AssemblyRun::AssemblyRun(const AssemblyText &text, const CallSite &site, std::vector<Binding> operands, World world)
    : text(text), site(site), world(world), math(world.pool), bindings(std::move(operands)),
      registers(cpuRegisters + bindings.size(), Value::known(0, maxWidth)) {
  for (const Binding &binding : bindings)
    if (binding.kind == Binding::Kind::Register && binding.isInput)
      registers[binding.number] = math.extended(binding.value, maxWidth);
}

void AssemblyRun::run() {
  unsigned count = 0;
  while (!over && at < text.instructions.size()) {
    if (++count > maxInstructions)
      return refuse("a long loop of inline assembly");
    const AssemblyInstruction &instruction = text.instructions[at++];
    instruction.row->run(*this, instruction);
  }
}

Values AssemblyRun::results() const {
  Values results;
  for (const Binding &binding : bindings) {
    if (!binding.isResult)
      continue;
    results.push_back(binding.kind == Binding::Kind::Condition
                          ? math.extended(flags.holds(binding.condition), binding.width)
                          : math.part(registers[binding.number], 0, binding.width));
  }
  if (results.size() < site.resultWidths.size()) // of an asm goto
    results.push_back(Value::known(way, site.resultWidths.back()));
  return results;
}

const Binding *AssemblyRun::bindingOf(const BoundOperand &bound) const {
  return bound.isThere() && size_t(bound.number) < bindings.size() ? &bindings[size_t(bound.number)] : nullptr;
}

std::optional<RegisterName> AssemblyRun::registerOf(const AssemblyOperand &operand) const {
  if (operand.kind == AssemblyOperand::Kind::Register)
    return operand.reg;
  const Binding *binding = bindingOf(operand);
  if (!binding || binding->kind != Binding::Kind::Register)
    return std::nullopt;
  RegisterName reg{uint8_t(binding->number), uint8_t(std::max(8u, unsigned(binding->width)))};
  switch (operand.bound.modifier) {
  case 'b':
    reg.width = 8;
    break;
  case 'h':
    reg.width = 8;
    reg.isHighByte = true;
    break;
  case 'w':
    reg.width = 16;
    break;
  case 'k':
    reg.width = 32;
    break;
  case 'q':
    reg.width = 64;
    break;
  default:
    break;
  }
  return reg;
}

unsigned AssemblyRun::widthOf(const AssemblyInstruction &instruction) const {
  if (instruction.width)
    return instruction.width;
  for (const AssemblyOperand &operand : llvm::reverse(instruction.operands))
    if (const auto reg = registerOf(operand))
      return reg->width;
  for (const AssemblyOperand &operand : instruction.operands)
    if (const Binding *binding = bindingOf(operand); binding && binding->kind == Binding::Kind::Memory)
      return binding->width;
  return maxWidth;
}

Value AssemblyRun::readRegister(RegisterName reg) const {
  return math.part(registers[reg.number], reg.isHighByte ? 8 : 0, reg.width);
}

/// As the CPU does it: 32 bits clear the upper half, fewer leave the rest as it is.
void AssemblyRun::setRegister(RegisterName reg, const Value &value) {
  Value &whole = registers[reg.number];
  if (over)
    return;
  if (value.width() >= 32) {
    whole = math.extended(value, maxWidth);
    return;
  }
  const unsigned low = reg.isHighByte ? 8 : 0, end = low + value.width();
  const Value upper = math.joined(math.part(whole, end, maxWidth - end), value);
  whole = low ? math.joined(upper, math.part(whole, 0, low)) : upper;
}

bool AssemblyRun::isInMemory(const AssemblyOperand &operand) const {
  if (operand.kind == AssemblyOperand::Kind::Memory || operand.isPerCpu)
    return true;
  const Binding *binding = bindingOf(operand);
  return binding && binding->kind == Binding::Kind::Memory;
}

/// Below the stack pointer lies nobody's memory: barriers write there.
bool AssemblyRun::isOnStack(const AssemblyOperand &operand) const {
  return operand.kind == AssemblyOperand::Kind::Memory && operand.base.number == SP;
}

Value AssemblyRun::addressPart(const RegisterName &reg, const BoundOperand &bound) {
  if (reg.number != RegisterName::none)
    return math.extended(readRegister(reg), maxWidth);
  const Binding *binding = bindingOf(bound);
  if (!binding)
    return Value::known(0, maxWidth);
  return binding->kind == Binding::Kind::Register ? registers[binding->number]
                                                  : math.fitted(binding->value, maxWidth, true);
}

Value AssemblyRun::address(const AssemblyOperand &operand) {
  if (operand.kind == AssemblyOperand::Kind::Bound)
    return addressPart({}, operand.bound);
  auto plus = [&](const Value &x, const Value &y) { return math.binary(Op::Add, x, y); };
  Value sum = plus(addressPart(operand.base, operand.boundBase), Value::known(uint64_t(operand.number), maxWidth));
  sum = plus(sum, addressPart({}, operand.bound));
  const Value index = addressPart(operand.index, operand.boundIndex);
  return plus(sum, math.binary(Op::Mul, index, Value::known(operand.scale, maxWidth)));
}

Value AssemblyRun::read(const AssemblyOperand &operand, unsigned width) {
  if (operand.kind == AssemblyOperand::Kind::Immediate)
    return Value::known(uint64_t(operand.number), width);
  if (isOnStack(operand))
    return Value::known(0, width);
  if (isInMemory(operand)) {
    const Value where = address(operand);
    if (operand.isPerCpu && where.isKnown())
      if (const llvm::GlobalVariable *variable = world.image.variableAt(where.bits());
          variable && isPerCpuOffset(*variable))
        return Value::known(0, width);
    return load(where, width);
  }
  if (auto reg = registerOf(operand)) {
    if (!reg->isHighByte)
      reg->width = uint8_t(width);
    return math.fitted(readRegister(*reg), width);
  }
  if (const Binding *binding = bindingOf(operand); binding && binding->kind == Binding::Kind::Immediate)
    return math.fitted(binding->value, width, binding->width > 1);
  giveUp();
  return Value::known(0, width);
}

void AssemblyRun::write(const AssemblyOperand &operand, const Value &value) {
  if (over || isOnStack(operand))
    return;
  if (isInMemory(operand))
    return store(address(operand), value);
  if (const auto reg = registerOf(operand))
    return setRegister({reg->number, uint8_t(value.width()), reg->isHighByte}, value);
  giveUp();
}

} // namespace kmem::replay
