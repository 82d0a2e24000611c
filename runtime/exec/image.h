// Where a program's functions and variables lie in the simulated kernel's address space, so that a pointer to one is a
// number like any other and a number can be taken for what it points to.
#pragma once

#include "runtime/kernel/layout.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Module.h"

#include <map>

namespace kmem::replay {

using sim::Address;

/// A range of addresses.
struct Arena {
  Address begin = 0, end = 0;
  bool contains(Address address) const { return address - begin < end - begin; }
};

class Image {
public:
  /// Lays out the functions and variables of all modules of a program, in their order from the start of the kernel's
  /// text.
  explicit Image(llvm::ArrayRef<const llvm::Module *> modules);

  /// Of a function or variable of these modules; a declaration has the address of its definition when there is one.
  Address addressOf(const llvm::GlobalValue &global) const;
  /// The function that starts at `address`, or null.
  const llvm::Function *functionAt(Address address) const;
  /// The variable that `address` lies in, or null.
  const llvm::GlobalVariable *variableAt(Address address) const;
  /// Every variable with its address, in the order of addresses.
  const std::map<Address, const llvm::GlobalVariable *> &variables() const { return variablesByAddress; }
  Address end() const { return next; }
  /// Where the variables lie that the kernel may change at any time, and those that are only declared.
  Arena variablesThatChange() const { return changing; }

private:
  void placeFunction(const llvm::Function &function);
  void placeVariable(const llvm::GlobalVariable &variable);
  Address place(const llvm::GlobalValue &global, uint64_t size, uint64_t alignment);

  llvm::DenseMap<const llvm::GlobalValue *, Address> addresses;
  std::map<std::string, Address, std::less<>> shared; ///< by name, of everything that is not static
  std::map<Address, const llvm::Function *> functionsByAddress;
  std::map<Address, const llvm::GlobalVariable *> variablesByAddress;
  Address next = sim::modulesStart; // where a module would be loaded
  Arena changing;
};

} // namespace kmem::replay
