// Statements that mean more than their instructions say.
#pragma once

#include "runtime/exec/assembly_run.h"

namespace kmem::replay {

/// Static keys and tests for CPU features: code that the kernel patches. False for any other statement.
bool runSpecial(AssemblyRun &run);

/// What `call` does, by the name of the function that it is told. False when no table has it.
bool runCallee(AssemblyRun &run, llvm::StringRef name);
/// The function a statement calls that no table has, or "".
std::string unknownCallee(const AssemblyText &text, const llvm::CallBase &call);
/// The name of what an instruction calls, "" when it is a value. `call` gives the constants in it.
std::string calleeName(const AssemblyInstruction &instruction, const llvm::CallBase &call);

} // namespace kmem::replay
