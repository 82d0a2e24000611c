// Accesses of user memory by inline assembly: what is read from there is an input, what is written there is not kept.
#pragma once

#include "runtime/exec/assembly_run.h"

namespace kmem::replay {

bool isKernelAddress(const Value &address);
/// `size` bytes of inputs, named after `what`.
void inputBlock(AssemblyRun &run, llvm::StringRef what, Address to, uint64_t size);
/// With `isUser`, one of the two is user memory, and no fault comes.
void copyBlock(AssemblyRun &run, const Value &to, const Value &from, uint64_t size, bool isUser);

// Functions that inline assembly calls, with their own convention for registers; each may fault.
void getUser(AssemblyRun &run, llvm::StringRef name);
void putUser(AssemblyRun &run, llvm::StringRef name);
void clearUser(AssemblyRun &run, llvm::StringRef name);
void copyUser(AssemblyRun &run, llvm::StringRef name);

} // namespace kmem::replay
