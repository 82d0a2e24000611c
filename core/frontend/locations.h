// Stage: frontend. In: debug locations of a module made by compileUnit. Out: places as reports print them. Files are
// presumed and relative to the source root, lines and columns those of the outermost macro expansion.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Instruction.h"

#include <memory>
#include <string>

namespace kmem {

/// A place in the source. `file` lives as long as the resolver; it is empty and `line` is 0 when there is no place.
struct ModuleLocation {
  llvm::StringRef file;
  unsigned line = 0;
  unsigned column = 0;
};

/// Resolves each DIFile once. Not thread-safe; one per module.
class LocationResolver {
public:
  /// `directory` is the unit's: where it was compiled.
  LocationResolver(std::string sourceRoot, std::string directory)
      : sourceRoot(std::move(sourceRoot)), directory(std::move(directory)) {}

  llvm::StringRef file(const llvm::DIFile *file);
  llvm::StringRef file(const llvm::DILocation *location);
  ModuleLocation resolve(const llvm::DILocation *location);
  ModuleLocation resolve(const llvm::Instruction &instruction) { return resolve(instruction.getDebugLoc().get()); }
  /// Where the function's definition begins; empty for one without debug information.
  ModuleLocation resolve(const llvm::Function &function);

private:
  std::string sourceRoot;
  std::string directory;
  llvm::DenseMap<const llvm::DIFile *, std::unique_ptr<std::string>> files;
};

} // namespace kmem
