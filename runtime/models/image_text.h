// Text of the program that is known: constants of its image, what it wrote itself.
#pragma once

#include "runtime/models/model_call.h"

namespace kmem::replay {

/// Up to the first byte that is 0 or not known, and not endlessly.
std::string imageText(ModelCall &call, Address address);

} // namespace kmem::replay
