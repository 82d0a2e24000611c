// Stage: checks. Gfp masks as the kernel's authors write them, from the values of the tree being analysed.
#pragma once

#include "checker/link/program.h"

#include <string>

namespace kmem::checks {

/// "GFP_KERNEL | __GFP_ZERO"; bits nobody names in hexadecimal. "0" for none.
std::string describeGfp(const link::Program &program, uint64_t gfp);

} // namespace kmem::checks
