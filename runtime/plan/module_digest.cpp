#include "runtime/plan/module_digest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

namespace kmem::replay {

/// The code alone; debug information names folders of this machine.
static std::string codeOf(const llvm::Module &module) {
  const std::unique_ptr<llvm::Module> bare = llvm::CloneModule(module);
  llvm::StripDebugInfo(*bare);
  bare->setModuleIdentifier("");
  bare->setSourceFileName("");
  std::string text;
  llvm::raw_string_ostream out(text);
  bare->print(out, nullptr);
  return text;
}

static std::string linesOf(const llvm::Module &module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (const llvm::Function &function : module)
    for (const llvm::Instruction &instruction : llvm::instructions(function))
      if (const llvm::DebugLoc &place = instruction.getDebugLoc())
        out << place.getLine() << ":" << place.getCol() << "\n";
  return text;
}

static void removeAll(std::string &text, const std::string &part) {
  if (part.empty())
    return;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

std::string digestOf(const llvm::Module &module, llvm::StringRef root) {
  std::string code = codeOf(module);
  removeAll(code, root.str());
  llvm::BLAKE3 hash;
  hash.update(code);
  hash.update(linesOf(module));
  return llvm::toHex(hash.final<16>(), /*LowerCase=*/true);
}

} // namespace kmem::replay
