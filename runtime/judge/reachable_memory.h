// Which of the memory that was allocated somebody can still find: what the world holds, and what lies in what it holds.
#pragma once

#include "runtime/exec/machine.h"
#include "runtime/models/model_state.h"

#include <set>

namespace kmem::replay {

/// Live allocations that no object of the world, no variable and none of `roots` leads to. Pointers are words that
/// hold an address inside an allocation.
std::set<Address> unreachable(const Machine &machine, const ModelState &models, std::vector<Address> roots);

} // namespace kmem::replay
