// The families of operations, one function each, in <family>_operations.cpp, and arguments that many of them share.
#pragma once

#include "runtime/scenario/operation.h"

namespace kmem::sim {

llvm::ArrayRef<Operation> slabOperations();
llvm::ArrayRef<Operation> pageOperations();
llvm::ArrayRef<Operation> vmallocOperations();
llvm::ArrayRef<Operation> poolOperations();
llvm::ArrayRef<Operation> dmaOperations();
llvm::ArrayRef<Operation> memoryOperations();
llvm::ArrayRef<Operation> contextOperations();
llvm::ArrayRef<Operation> machineOperations();
llvm::ArrayRef<Operation> userOperations();
llvm::ArrayRef<Operation> userAccessOperations();
llvm::ArrayRef<Operation> mallocOperations();

inline constexpr Argument sizeArgument{"size", ArgumentKind::Size, "bytes"};
inline constexpr Argument gfpArgument{"gfp", ArgumentKind::Gfp, "flags"};
inline constexpr Argument orderArgument{"order", ArgumentKind::Size, "block of 2^order pages"};
inline constexpr Argument pointerArgument{"ptr", ArgumentKind::Pointer, "an address"};

inline constexpr Argument named(llvm::StringRef name, ValueKind kind, llvm::StringRef meaning) {
  return {name, ArgumentKind::Named, meaning, true, kind};
}
inline constexpr Argument optional(Argument argument) {
  argument.required = false;
  return argument;
}

} // namespace kmem::sim
