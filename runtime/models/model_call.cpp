#include "runtime/models/model_call.h"

#include "runtime/models/call_types.h"

#include "llvm/ADT/Twine.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace kmem::replay {

/// Of a local variable whose size is not known here.
static constexpr uint64_t openedLocal = 64;

const Value &ModelCall::argument(int argument) const {
  if (!has(argument))
    throw Refusal{(title() + " has no argument " + llvm::Twine(argument)).str()};
  return arguments[size_t(argument)];
}

uint64_t ModelCall::known(const Value &value, PickFor purpose) {
  if (value.isKnown())
    return value.bits();
  const std::optional<uint64_t> picked = chooser.pick(value.asTerm(machine.pool), purpose);
  if (!picked)
    throw Refusal{"an argument of " + title()};
  return *picked;
}

sim::Gfp ModelCall::gfp() {
  const int position = rule.alloc ? rule.alloc->gfp : rule.gfpArg;
  if (position != rules::noArgument)
    return gfpBits.toKernel(number(position));
  const bool isFixed = rule.alloc && !rule.alloc->fixedGfp.empty();
  return gfpBits.named(isFixed ? llvm::StringRef(rule.alloc->fixedGfp) : "GFP_KERNEL");
}

Value ModelCall::fresh(unsigned width, llvm::StringRef what) {
  Input input;
  input.name = title() + what.str();
  input.width = width;
  return chooser.input(input);
}

bool ModelCall::decide(const Value &condition) {
  if (condition.isKnown())
    return condition.bits() != 0;
  const std::optional<bool> taken = chooser.branch({condition.asTerm(machine.pool)});
  if (!taken)
    throw Refusal{"a condition in " + title()};
  return *taken;
}

bool ModelCall::unusual(ChoiceKind kind) { return chooser.choose(kind, title(), 2) != 0; }

void ModelCall::open(Address address, uint64_t size) { machine.memory.unsettle(address, size); }

void ModelCall::openObject(Address address) {
  if (const LazyObject *object = machine.objects.at(address))
    return open(object->base, std::max<uint64_t>(object->size, openedLocal));
  if (const auto allocation = now.allocations.atOrBelow(address);
      allocation && !allocation->value.freed && address - allocation->key < allocation->value.size)
    return open(allocation->key, allocation->value.size);
  if (const llvm::GlobalVariable *variable = machine.program.layout().variableAt(address)) {
    if (!variable->isConstant() && variable->getValueType()->isSized())
      open(machine.program.layout().addressOf(*variable),
           variable->getDataLayout().getTypeAllocSize(variable->getValueType()));
    return;
  }
  if (address >= machine.stackBottom && address < machine.stackTop)
    open(address, std::min(openedLocal, machine.stackTop - address));
}

void ModelCall::openPointee(int position) {
  if (argument(position).width() != maxWidth)
    return;
  const std::optional<uint64_t> pointer = chooser.settled(argument(position));
  if (!pointer)
    return;
  if (const uint64_t size = sizeOfLocalArgument(site, unsigned(position), unsigned(arguments.size())))
    open(*pointer, size);
  else
    openObject(*pointer);
}

void ModelCall::passTime() {
  const llvm::GlobalVariable *ticks = site.call ? site.call->getModule()->getNamedGlobal("jiffies") : nullptr;
  if (ticks)
    open(machine.program.layout().addressOf(*ticks), maxWidth / 8);
}

Values ModelCall::returns(uint64_t value) const {
  Values results;
  for (uint8_t width : site.resultWidths)
    results.push_back(Value::known(results.empty() ? value : 0, width));
  return results;
}

Values ModelCall::returns(const Value &value) const {
  Values results = returns(0);
  if (!results.empty())
    results.front() = resized(machine.pool, value, site.resultWidths.front());
  return results;
}

Values ModelCall::returnsFresh() {
  Values results;
  for (size_t i = 0; i < site.resultWidths.size(); ++i) {
    Input input;
    input.name = title() + (site.resultWidths.size() > 1 ? "[" + std::to_string(i) + "]" : "");
    input.width = site.resultWidths[i];
    input.type = i == 0 ? resultType(site, callee) : nullptr;
    results.push_back(chooser.input(input));
  }
  return results;
}

} // namespace kmem::replay
