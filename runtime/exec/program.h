// The code of a run: modules laid out in one image, their functions decoded when they are first entered.
#pragma once

#include "runtime/exec/code.h"
#include "runtime/exec/image.h"
#include "runtime/kernel/kernel.h"

namespace kmem::replay {

class Program {
public:
  /// The modules must outlive the program.
  explicit Program(llvm::ArrayRef<const llvm::Module *> modules) : program(modules), image(modules) {}

  const Image &layout() const { return image; }
  /// EXPECTS: `function` has a body.
  const Code &codeOf(const llvm::Function &function);
  /// The definition that a call of `function` reaches: itself, or the one of its name in another module; null if none.
  const llvm::Function *definitionOf(const llvm::Function &function) const;

  /// How many pages the image takes.
  uint64_t pages() const;
  /// Maps the image into the kernel's address space, on zeroed frames from `frames` on, and writes the initial values
  /// of all variables. False when there was no frame for a page table.
  bool load(sim::Kernel &kernel, sim::Pfn frames) const;

private:
  llvm::SmallVector<const llvm::Module *> program;
  Image image;
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<Code>> decoded;
};

} // namespace kmem::replay
