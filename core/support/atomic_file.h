// Files that are either as they were or as they shall be, never in between: written beside and renamed.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace kmem {

/// Replaces `path` by `bytes`. A full disk, a missing folder and the like are errors "cannot write PATH: why".
llvm::Error writeAtomically(llvm::StringRef path, llvm::StringRef bytes);

/// As above, unless the file already holds exactly these bytes: build systems then see that nothing changed.
llvm::Error writeIfDifferent(llvm::StringRef path, llvm::StringRef bytes);

} // namespace kmem
