// Stage: frontend. Simplifies unoptimised IR just enough to reason on: locals to SSA, constants folded, small diamonds
// to selects. Nothing is inlined and no call disappears, so that every name a rule knows is still there.
#pragma once

namespace llvm {
class Module;
}

namespace kmem {

void lowerModule(llvm::Module &module);

/// Calls of functions that are compile-time errors (__compiletime_error, BUILD_BUG_ON) are in no kernel that was built:
/// the ways that lead to them are taken away. Before lowerModule(), which folds the conditions as if nothing were
/// constant.
void dropCompileTimeErrors(llvm::Module &module);

} // namespace kmem
