// Inside of the frontend: what the AST knows and the module lost. Runs once, after code generation and before the AST
// is gone; looks only at what the module really uses.
#pragma once

#include "core/frontend/kernel_module.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/CodeGen/ModuleBuilder.h"

#include <string>
#include <vector>

namespace kmem {

/// Turns presumed places into paths relative to the source root, each file once.
class FileNames {
public:
  FileNames(const clang::SourceManager &sources, std::string directory, std::string sourceRoot)
      : sources(sources), directory(std::move(directory)), sourceRoot(std::move(sourceRoot)) {}

  clang::PresumedLoc place(clang::SourceLocation location) const;
  const std::string &file(const clang::PresumedLoc &place);

private:
  const clang::SourceManager &sources;
  std::string directory, sourceRoot;
  llvm::StringMap<std::string> known;
};

/// The records named in the module's types. `definitions` are all complete records of the parse.
void collectRecords(const llvm::Module &module, const clang::ASTContext &ast,
                    const std::vector<const clang::RecordDecl *> &definitions, FileNames &files, SourceFacts &facts);

/// The functions with a body and the global variables of the module.
void collectFunctions(const llvm::Module &module, clang::CodeGenerator &generator, FileNames &files,
                      SourceFacts &facts);
void collectGlobals(const llvm::Module &module, clang::CodeGenerator &generator, SourceFacts &facts);

/// "struct.name" or "union.name" as code generation names it before it makes names unique; empty for an anonymous
/// record.
std::string recordName(const clang::RecordDecl &record);
/// The tag, or the typedef an untagged record is known by.
llvm::StringRef recordTag(const clang::RecordDecl &record);

} // namespace kmem
