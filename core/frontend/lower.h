// Stage: frontend. Simplifies unoptimised IR just enough to reason on: locals to SSA, constants folded, small diamonds
// to selects. Nothing is inlined and no call disappears, so that every name a rule knows is still there.
#pragma once

namespace llvm {
class Module;
}

namespace kmem {

void lowerModule(llvm::Module &module);

} // namespace kmem
