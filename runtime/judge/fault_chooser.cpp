#include "runtime/judge/fault_chooser.h"

#include "runtime/judge/replayer.h"

namespace kmem::replay {

FaultChooser::FaultChooser(const Witness &script, std::optional<size_t> failing, bool pointers, Machine &machine)
    : script(script), failing(failing), end(failing.value_or(script.entries.size())), pointers(pointers),
      machine(machine) {}

const WitnessEntry *FaultChooser::take(WitnessEntry::Kind kind) {
  const WitnessEntry &entry = script.entries[next++];
  diverged |= entry.kind != kind;
  return diverged ? nullptr : &entry;
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
  learnType(machine.objects, entry->value, input);
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
