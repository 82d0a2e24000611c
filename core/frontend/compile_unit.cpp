#include "core/frontend/dependencies.h"
#include "core/frontend/invocation.h"
#include "core/frontend/kernel_module.h"
#include "core/frontend/pruned_parse.h"
#include "core/frontend/source_facts.h"

#include "clang/Basic/CodeGenOptions.h"
#include "clang/Frontend/MultiplexConsumer.h"

namespace kmem {

namespace {

/// Remembers the records of the parse and, once code is generated, takes the module and the facts out.
class ModuleTaker : public clang::ASTConsumer {
public:
  ModuleTaker(clang::CodeGenerator &generator, const TranslationUnit &unit, const FrontendOptions &options,
              KernelModule &result)
      : generator(generator), unit(unit), options(options), result(result) {}

  void HandleTagDeclDefinition(clang::TagDecl *tag) override {
    if (const auto *record = llvm::dyn_cast<clang::RecordDecl>(tag))
      records.push_back(record);
  }

  void HandleTranslationUnit(clang::ASTContext &ast) override {
    const llvm::Module *module = generator.GetModule();
    if (!module || ast.getDiagnostics().hasErrorOccurred())
      return;
    FileNames files(ast.getSourceManager(), unit.directory, options.sourceRoot);
    collectRecords(*module, ast, records, files, result.facts);
    collectFunctions(*module, generator, files, result.facts);
    collectGlobals(*module, generator, result.facts);
    result.module.reset(generator.ReleaseModule());
  }

private:
  clang::CodeGenerator &generator;
  const TranslationUnit &unit;
  const FrontendOptions &options;
  KernelModule &result;
  std::vector<const clang::RecordDecl *> records;
};

class ModuleAction : public clang::ASTFrontendAction {
public:
  ModuleAction(const TranslationUnit &unit, const FrontendOptions &options, KernelModule &result)
      : unit(unit), options(options), result(result) {}

  /// The module calls a function whose body was left out.
  bool lacksBodies() const { return prunedTooMuch; }

protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &compiler,
                                                        llvm::StringRef file) override {
    std::unique_ptr<clang::CodeGenerator> generator(clang::CreateLLVMCodeGen(
        compiler.getDiagnostics(), file, &compiler.getVirtualFileSystem(), compiler.getHeaderSearchOpts(),
        compiler.getPreprocessorOpts(), compiler.getCodeGenOpts(), *result.context));
    std::vector<std::unique_ptr<clang::ASTConsumer>> consumers;
    auto taker = std::make_unique<ModuleTaker>(*generator, unit, options, result);
    consumers.push_back(std::move(generator));
    consumers.push_back(std::move(taker));
    return std::make_unique<clang::MultiplexConsumer>(std::move(consumers));
  }

  void ExecuteAction() override {
    if (!options.pruneInlines)
      return ASTFrontendAction::ExecuteAction();
    clang::CompilerInstance &compiler = getCompilerInstance();
    compiler.createSema(getTranslationUnitKind(), nullptr);
    for (const clang::IdentifierInfo *name : parsePruned(compiler.getSema()))
      prunedTooMuch |= result.module && result.module->getFunction(name->getName());
  }

private:
  const TranslationUnit &unit;
  const FrontendOptions &options;
  KernelModule &result;
  bool prunedTooMuch = false;
};

} // namespace

/// What an analysis wants and an optimiser does not: no passes ran, nothing but locations is described unless types are
/// asked for, and no hint for alias analysis or stack colouring is left. The unit's own -O stays, because the source
/// can see it (__OPTIMIZE__).
static void configureCodeGeneration(clang::CodeGenOptions &options, bool describeTypes) {
  options.DisableLLVMPasses = true;
  options.DisableO0ImplyOptNone = true;
  options.DisableLifetimeMarkers = true;
  options.RelaxedAliasing = true;
  options.DiscardValueNames = true;
  options.EmulatedTLS = false;
  options.setDebugInfo(describeTypes ? llvm::codegenoptions::LimitedDebugInfo
                                     : llvm::codegenoptions::DebugLineTablesOnly);
  options.DebugColumnInfo = true;
}

static llvm::Expected<KernelModule> compileOnce(const TranslationUnit &unit, const FrontendOptions &options) {
  ErrorCollector errors(unit.file);
  auto compiler = prepareCompiler(unit, errors);
  if (!compiler)
    return compiler.takeError();
  configureCodeGeneration((*compiler)->getCodeGenOpts(), options.describeTypes);

  KernelModule result;
  result.context = std::make_unique<llvm::LLVMContext>();
  result.context->setDiscardValueNames(true);
  auto dependencies = std::make_shared<DependencyList>();
  (*compiler)->addDependencyCollector(dependencies);
  ModuleAction action(unit, options, result);
  if (!(*compiler)->ExecuteAction(action) || errors.failed() || !result.module || action.lacksBodies())
    return errors.takeError();
  result.dependencies = dependencies->take(unit.file, unit.directory);
  return result;
}

llvm::Expected<KernelModule> compileUnit(const TranslationUnit &unit, const FrontendOptions &options) {
  llvm::Expected<KernelModule> module = compileOnce(unit, options);
  if (module || !options.pruneInlines)
    return module;
  // Whatever went wrong, the plain parse has the last word, and the user reads its errors.
  llvm::consumeError(module.takeError());
  FrontendOptions plain = options;
  plain.pruneInlines = false;
  return compileOnce(unit, plain);
}

} // namespace kmem
