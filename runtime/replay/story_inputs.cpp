#include "runtime/replay/story_inputs.h"

#include "llvm/ADT/StringExtras.h"

#include <map>

namespace kmem::replay {

static std::string number(uint64_t value) {
  return value < 10 ? std::to_string(value) : "0x" + llvm::utohexstr(value, /*LowerCase=*/true);
}

namespace {
/// Objects by what they are called here.
class ObjectNames {
public:
  explicit ObjectNames(const Witness &witness) : objects(witness.objects) {}

  /// "&object1", "&object1 + 0x10"; "" for a pointer that leads to none.
  std::string nameOf(uint64_t pointer, const std::string &type) {
    for (const LazyObjects::Named &object : objects) {
      if (pointer < object.base || pointer - object.base >= std::max<uint64_t>(object.size, 1))
        continue;
      const auto [entry, isNew] = numbers.try_emplace(object.base, numbers.size() + 1);
      const std::string name = "&object" + std::to_string(entry->second);
      if (pointer != object.base)
        return name + " + " + number(pointer - object.base);
      return isNew && !type.empty() ? name + " (" + type + ")" : name;
    }
    return "";
  }

private:
  const std::vector<LazyObjects::Named> &objects;
  std::map<uint64_t, size_t> numbers;
};
} // namespace

static std::string pointerValue(const WitnessEntry &entry, ObjectNames &names) {
  if (!entry.value)
    return "NULL";
  std::string name = names.nameOf(entry.value, entry.type);
  return name.empty() ? number(entry.value) + " (never followed)" : name;
}

std::vector<std::string> assignments(const Witness &witness) {
  ObjectNames names(witness);
  std::vector<std::string> lines;
  for (const WitnessEntry &entry : witness.entries)
    if (entry.kind == WitnessEntry::Kind::Input)
      lines.push_back((entry.text.empty() ? "memory without a name" : entry.text) + " = " +
                      (entry.isPointer ? pointerValue(entry, names) : number(entry.value)));
  return lines;
}

static std::string inWords(const WitnessEntry &entry) {
  switch (entry.choice) {
  case ChoiceKind::Allocation:
    return entry.text + " fails";
  case ChoiceKind::Trylock:
    return entry.text + " does not get the lock";
  case ChoiceKind::UserCopy:
    return entry.text + " faults";
  case ChoiceKind::Interrupted:
    return entry.text + " is ended by a signal";
  case ChoiceKind::StaticKey:
    return entry.text + " is not as it was initialised";
  case ChoiceKind::CallTarget:
    return entry.text + " leads to candidate " + std::to_string(entry.value + 1);
  case ChoiceKind::ObjectShape:
    return entry.text + " has its other shape";
  case ChoiceKind::StubResult:
    return entry.text + " gives another kind of result";
  case ChoiceKind::Settled:
    return entry.text + " is known";
  }
  __builtin_unreachable();
}

std::vector<std::string> decisions(const Witness &witness) {
  std::vector<std::string> lines;
  size_t usual = 0;
  for (const WitnessEntry &entry : witness.entries) {
    if (entry.kind != WitnessEntry::Kind::Choice || entry.choice == ChoiceKind::Settled)
      continue;
    if (entry.value)
      lines.push_back(inWords(entry));
    else
      ++usual;
  }
  if (usual)
    lines.push_back(std::to_string(usual) + (usual == 1 ? " decision goes" : " decisions go") +
                    " the usual way: allocations succeed, locks are free, copies do not fault");
  return lines;
}

} // namespace kmem::replay
