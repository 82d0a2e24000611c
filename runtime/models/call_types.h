// What the debug information and the IR around a call say of its result and arguments.
#pragma once

#include "runtime/exec/code.h"
#include "runtime/exec/term_pool.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/DebugInfoMetadata.h"

namespace kmem::replay {

/// The function called: the direct target, or the one of that name in the caller's module; null when there is none.
const llvm::Function *calleeOf(const CallSite &site, llvm::StringRef name);

/// As declared, when the callee's declaration has debug information; else null.
const llvm::DIType *resultType(const CallSite &site, llvm::StringRef callee);

/// Bytes of the record that the caller uses the result as, or 0 when it does not show.
uint64_t sizeUsedAsResult(const CallSite &site);

/// Bytes of the local variable that the argument points into, from there to its end; 0 when it is none, or hidden.
uint64_t sizeOfLocalArgument(const CallSite &site, unsigned position, unsigned argumentCount);

/// With zeros added or cut off.
Value resized(TermPool &pool, const Value &value, unsigned width);

} // namespace kmem::replay
