#include "runtime/judge/fault_chooser.h"

namespace kmem::replay {

FaultChooser::FaultChooser(const Witness &script, std::optional<size_t> failing, bool pointers, Machine &machine)
    : script(script), failing(failing), end(failing.value_or(script.entries.size())), pointers(pointers),
      machine(machine) {}

const WitnessEntry *FaultChooser::take(WitnessEntry::Kind kind) {
  const WitnessEntry &entry = script.entries[next++];
  diverged |= entry.kind != kind;
  return diverged ? nullptr : &entry;
}

/// A script knows its objects by their places; what lies in them is needed once the script is over.
void FaultChooser::learnType(Address base, const Input &input) {
  const LazyObject *object = machine.objects.at(base);
  if (!isPointer(input.type) || !object || object->base != base || object->type)
    return;
  LazyObjects::State state = machine.objects.state();
  for (Address at = base - LazyObjects::roomBefore; machine.objects.at(at) && machine.objects.at(at)->base == base;
       at += LazyObjects::slotSize) {
    LazyObject &slot = state.bySlot.write((at - machine.objects.space().begin) / LazyObjects::slotSize);
    slot.type = pointeeOf(input.type);
    slot.ring = input.isUsual ? input.preferred : 0;
  }
  machine.objects.restore(state);
}

Value FaultChooser::fresh(const Input &input) {
  const bool isWord = input.width == maxWidth && !input.isUsual;
  if (isWord && (isPointer(input.type) || (pointers && !input.type)))
    return Value::known(machine.objects.make(input.type, input.name), input.width);
  guessed |= isWord && !input.type;
  return Value::known(input.preferred, input.width);
}

Value FaultChooser::input(const Input &input) {
  if (!isScripted())
    return fresh(input);
  const WitnessEntry *entry = take(WitnessEntry::Kind::Input);
  if (!entry || entry->width != input.width) {
    diverged = true;
    return Value::known(input.preferred, input.width);
  }
  learnType(entry->value, input);
  return Value::known(entry->value, input.width);
}

unsigned FaultChooser::choose(ChoiceKind kind, std::string_view, unsigned count) {
  if (failing && next == *failing && !failed) {
    diverged |= kind != ChoiceKind::Allocation;
    failed = true;
    return 1;
  }
  if (!isScripted())
    return 0;
  const WitnessEntry *entry = take(WitnessEntry::Kind::Choice);
  diverged |= !entry || entry->choice != kind || entry->value >= count;
  return diverged ? 0 : unsigned(entry->value);
}

std::optional<uint64_t> FaultChooser::settled(const Value &value) {
  if (!isScripted())
    return Chooser::settled(value);
  return choose(ChoiceKind::Settled, "", 2) ? std::optional(value.bits()) : std::nullopt;
}

} // namespace kmem::replay
