// What a run was given and what was decided, in order: the same entries make the same run again, in a machine that
// knows no symbols. A replay's script, and what a person reads as "with these inputs".
#pragma once

#include "runtime/exec/chooser.h"
#include "runtime/exec/lazy_objects.h"

#include <string>
#include <vector>

namespace kmem::replay {

struct WitnessEntry {
  enum class Kind : uint8_t { Input, Choice };
  Kind kind = Kind::Input;
  uint8_t width = 0;                          ///< of an input
  ChoiceKind choice = ChoiceKind::Allocation; ///< of a choice
  bool isPointer = false;                     ///< of an input, as it was declared
  uint64_t value = 0;                         ///< of an input; of a choice the way
  std::string text;                           ///< the input's name; what was to be chosen
  std::string type = {};                      ///< what a pointer points to: "struct port"
  bool operator==(const WitnessEntry &) const = default;
};

struct Witness {
  std::vector<WitnessEntry> entries;
  std::vector<LazyObjects::Named> objects;
};

} // namespace kmem::replay
