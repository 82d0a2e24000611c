#include "runtime/search/cpu.h"

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"

namespace kmem::replay {

bool Cpu::interruptsEnabled() const { return !machine.system.kernel.context.irqsDisabled(); }

void Cpu::enableInterrupts(bool enabled) { machine.system.kernel.context.irqRestore(/*wereDisabled=*/!enabled); }

/// As lib/bug.c prints them, with the place in the program's source.
void Cpu::warning(const CallSite &site) {
  const llvm::DILocation *at = site.call->getDebugLoc().get();
  const std::string function = site.call->getFunction()->getName().str();
  const std::string file = at ? at->getFilename().str() : "";
  machine.system.kernel.reports.warn({function.c_str(), file.c_str(), at ? at->getLine() : 0});
}

void Cpu::bug(const CallSite &site) {
  const llvm::DILocation *at = site.call->getDebugLoc().get();
  machine.system.kernel.console.print("kernel BUG at " + (at ? at->getFilename().str() : "?") + ":" +
                                      std::to_string(at ? at->getLine() : 0) + "!");
}

} // namespace kmem::replay
