#include "core/frontend/invocation.h"

#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/Utils.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace kmem {

using FileSystem = llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>;

static std::unique_ptr<clang::CompilerInvocation> runDriver(const TranslationUnit &unit, ErrorCollector &errors,
                                                            FileSystem files) {
  std::vector<const char *> words;
  for (const std::string &argument : unit.arguments)
    words.push_back(argument.c_str());
  clang::CreateInvocationOptions options;
  options.Diags = clang::CompilerInstance::createDiagnostics(new clang::DiagnosticOptions, &errors, false);
  options.Diags->setIgnoreAllWarnings(true);
  options.VFS = std::move(files);
  return clang::createInvocation(words, options);
}

/// The compiler's own optimisation and lifetime of its data: everything is freed, because the caller goes on living.
static void configureFrontend(clang::CompilerInvocation &invocation) {
  clang::FrontendOptions &options = invocation.getFrontendOpts();
  options.DisableFree = false;
  options.ShowStats = false;
  invocation.getDiagnosticOpts().ShowCarets = false;
}

llvm::Expected<std::unique_ptr<clang::CompilerInstance>> prepareCompiler(const TranslationUnit &unit,
                                                                         ErrorCollector &errors) {
  FileSystem files = llvm::vfs::createPhysicalFileSystem();
  if (std::error_code error = files->setCurrentWorkingDirectory(unit.directory))
    return llvm::createStringError(error, unit.directory + ": " + error.message());
  std::shared_ptr<clang::CompilerInvocation> invocation = runDriver(unit, errors, files);
  if (!invocation || errors.failed())
    return errors.takeError();
  configureFrontend(*invocation);

  auto compiler = std::make_unique<clang::CompilerInstance>();
  compiler->setInvocation(std::move(invocation));
  compiler->createDiagnostics(&errors, /*ShouldOwnClient=*/false);
  compiler->createFileManager(files);
  compiler->createSourceManager(compiler->getFileManager());
  return compiler;
}

} // namespace kmem
