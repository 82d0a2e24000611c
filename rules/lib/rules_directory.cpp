#include "rules/lib/rules.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cstdlib>

using llvm::StringRef;

/// Installed programs live in bin/, their rules in share/kmem-tidy/rules.
static std::string installedDirectory(StringRef argv0) {
  std::string program = llvm::sys::fs::getMainExecutable(argv0.str().c_str(), nullptr);
  llvm::SmallString<256> path(llvm::sys::path::parent_path(llvm::sys::path::parent_path(program)));
  llvm::sys::path::append(path, "share", "kmem-tidy", "rules");
  return std::string(path);
}

std::string kmem::rules::defaultRulesDirectory(StringRef argv0) {
  if (const char *chosen = std::getenv("KMEM_TIDY_RULES"))
    return chosen;
  std::string installed = installedDirectory(argv0);
  return llvm::sys::fs::is_directory(installed) ? installed : KMEM_SOURCE_DIR "/rules";
}
