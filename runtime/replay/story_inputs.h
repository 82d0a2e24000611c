// What a run was given, as a person would write it down.
#pragma once

#include "runtime/search/witness.h"

namespace kmem::replay {

/// "dev->flags = 0x10", "port = &object1 (struct port)": objects that pointers lead to are numbered as they come up.
std::vector<std::string> assignments(const Witness &witness);

/// "kmalloc() fails": what did not go the usual way, and at last how much did.
std::vector<std::string> decisions(const Witness &witness);

} // namespace kmem::replay
