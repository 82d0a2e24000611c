// Stage: driver. Which program this is, for what is kept between runs: results of a program that works differently are
// not used.
#pragma once

#include "checker/store/digest.h"

namespace kmem {

/// Of the code that turns a unit into a summary, and the LLVM it uses.
store::Digest makersDigest();
/// Of the whole executable.
store::Digest programDigest();

} // namespace kmem
