// Stage: compdb. In: compile_commands.json as kbuild, bear or kmem-record wrote it. Out: TranslationUnits whose
// arguments clang 19 accepts, whatever compiler the tree was configured for.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace kmem {

/// One compile of one source file. All paths absolute.
struct TranslationUnit {
  std::string directory;
  std::string file;
  std::vector<std::string> arguments; ///< argv[0] included; as recorded until adaptArguments
};

/// Reads `path`, a compile_commands.json or a directory that holds one (both `command` and `arguments` spellings,
/// relative directories). The first entry of each (directory, file) wins; order is by file, then directory. Only C.
llvm::Expected<std::vector<TranslationUnit>> loadCompilationDatabase(llvm::StringRef path);

/// Makes a recorded kernel command fit for in-process clang 19: drops what only gcc knows, warnings, plugins, outputs
/// and dependency files, translates what has a clang spelling, adds -w, the tool's resource directory and `extra`.
std::vector<std::string> adaptArguments(const TranslationUnit &unit, llvm::ArrayRef<std::string> extra = {});

/// The top of the kernel tree that holds `file` (Kbuild, Kconfig and MAINTAINERS side by side), or the file's
/// directory.
std::string findSourceRoot(llvm::StringRef file);

} // namespace kmem
