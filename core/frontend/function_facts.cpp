#include "core/frontend/source_facts.h"

#include "clang/AST/Decl.h"
#include "clang/Basic/SourceManager.h"

namespace kmem {

clang::PresumedLoc FileNames::place(clang::SourceLocation location) const {
  return sources.getPresumedLoc(sources.getExpansionLoc(location));
}

const std::string &FileNames::file(const clang::PresumedLoc &place) {
  llvm::StringRef presumed = place.isValid() ? place.getFilename() : "";
  auto [entry, isNew] = known.try_emplace(presumed);
  if (isNew && !presumed.empty())
    entry->second = relativeToRoot(presumed, directory, sourceRoot);
  return entry->second;
}

static bool isInitSection(llvm::StringRef section) {
  return section.starts_with(".init.text") || section.starts_with(".meminit");
}

static FunctionFact describeFunction(const llvm::Function &function, const clang::FunctionDecl &declaration,
                                     FileNames &files) {
  FunctionFact fact;
  clang::PresumedLoc place = files.place(declaration.getLocation());
  fact.file = files.file(place);
  fact.line = place.isValid() ? place.getLine() : 0;
  fact.isStatic = function.hasLocalLinkage();
  fact.isInit = isInitSection(function.getSection());
  for (const clang::ParmVarDecl *parameter : declaration.parameters())
    fact.parameters.push_back(parameter->getName().str());
  return fact;
}

void collectFunctions(const llvm::Module &module, clang::CodeGenerator &generator, FileNames &files,
                      SourceFacts &facts) {
  for (const llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    auto *declaration =
        llvm::dyn_cast_or_null<clang::FunctionDecl>(generator.GetDeclForMangledName(function.getName()));
    if (const clang::FunctionDecl *definition = declaration ? declaration->getDefinition() : nullptr)
      facts.functions[function.getName()] = describeFunction(function, *definition, files);
  }
}

void collectGlobals(const llvm::Module &module, clang::CodeGenerator &generator, SourceFacts &facts) {
  for (const llvm::GlobalVariable &global : module.globals()) {
    auto *variable = llvm::dyn_cast_or_null<clang::VarDecl>(generator.GetDeclForMangledName(global.getName()));
    if (!variable)
      continue;
    const clang::RecordDecl *record = variable->getType()->getBaseElementTypeUnsafe()->getAsRecordDecl();
    if (std::string name = record ? recordName(*record) : std::string(); !name.empty())
      facts.globals[global.getName()] = std::move(name);
  }
}

} // namespace kmem
