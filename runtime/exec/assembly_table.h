// The tables of instructions: one for each family, in a file of its own. A row is a mnemonic and what it does.
#pragma once

#include "runtime/exec/assembly_run.h"

#include "llvm/ADT/ArrayRef.h"

namespace kmem::replay {

struct AssemblyRow {
  /// Without the suffix of its width; "j?" stands for every condition in the place of the question mark.
  llvm::StringLiteral mnemonic;
  void (*run)(AssemblyRun &run, const AssemblyInstruction &instruction);
};

llvm::ArrayRef<AssemblyRow> moveInstructions();
llvm::ArrayRef<AssemblyRow> arithmeticInstructions();
llvm::ArrayRef<AssemblyRow> shiftInstructions();
llvm::ArrayRef<AssemblyRow> atomicInstructions();
llvm::ArrayRef<AssemblyRow> bitInstructions();
llvm::ArrayRef<AssemblyRow> flagInstructions();
llvm::ArrayRef<AssemblyRow> stringInstructions();
llvm::ArrayRef<AssemblyRow> deviceInstructions();
llvm::ArrayRef<AssemblyRow> barrierInstructions();
llvm::ArrayRef<AssemblyRow> jumpInstructions();

/// The row that a mnemonic as written stands for, with its suffix and condition in `instruction`; null without one.
const AssemblyRow *findRow(llvm::StringRef mnemonic, AssemblyInstruction &instruction);

} // namespace kmem::replay
