#include "runtime/judge/replayer.h"

namespace kmem::replay {

std::nullopt_t ScriptedChooser::diverged(std::string_view what) {
  if (firstDivergence.empty())
    firstDivergence = std::string(what) + " at entry " + std::to_string(next) + " of the script";
  return std::nullopt;
}

const WitnessEntry *ScriptedChooser::take(WitnessEntry::Kind kind) {
  if (next < script.entries.size() && script.entries[next].kind == kind)
    return &script.entries[next++];
  diverged(kind == WitnessEntry::Kind::Input ? "an input" : "a choice");
  return nullptr;
}

Value ScriptedChooser::input(const Input &input) {
  const WitnessEntry *entry = take(WitnessEntry::Kind::Input);
  if (entry && entry->width != input.width)
    diverged("an input of another width, " + input.name);
  return Value::known(entry ? entry->value : input.preferred, input.width);
}

unsigned ScriptedChooser::choose(ChoiceKind kind, std::string_view what, unsigned count) {
  const WitnessEntry *entry = take(WitnessEntry::Kind::Choice);
  if (entry && (entry->choice != kind || entry->value >= count))
    diverged("another choice, " + std::string(what));
  return entry && entry->value < count ? unsigned(entry->value) : 0;
}

} // namespace kmem::replay
