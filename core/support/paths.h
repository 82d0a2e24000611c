// Paths as every stage compares them: absolute, with forward slashes and without "." and "..". Text only: no disk
// access, so that results are equal on every machine that has the same tree at another place.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace kmem {

/// `path`, seen from the absolute directory `base`, made absolute and normalised.
std::string absolutePath(llvm::StringRef path, llvm::StringRef base);

/// The part of the normalised `path` below the normalised `folder`, or an empty string when it is not below it.
llvm::StringRef below(llvm::StringRef path, llvm::StringRef folder);

} // namespace kmem
