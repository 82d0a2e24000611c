// A unit whose source is replaced, in memory, by includes and one constant for each query. One parse answers them all:
// a query the tree does not know costs an error on its own line and leaves its constant without a value.
#include "core/frontend/invocation.h"
#include "core/frontend/kernel_module.h"

#include "clang/AST/Decl.h"
#include "clang/AST/DeclGroup.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/MemoryBuffer.h"

namespace kmem {

static constexpr llvm::StringLiteral constantPrefix = "kmem_probe_";

static std::string writeProbe(const std::vector<std::string> &headers, const std::vector<ProbeQuery> &queries) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (const std::string &header : headers)
    out << "#if __has_include(<" << header << ">)\n#include <" << header << ">\n#endif\n";
  for (size_t i = 0; i < queries.size(); ++i)
    out << "const long long " << constantPrefix << i << " = (long long)(" << queries[i].expression << ");\n";
  return text;
}

namespace {

class ConstantReader : public clang::ASTConsumer {
public:
  ConstantReader(const std::vector<ProbeQuery> &queries, llvm::StringMap<int64_t> &values)
      : queries(queries), values(values) {}

  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl *declaration : group)
      if (auto *variable = llvm::dyn_cast<clang::VarDecl>(declaration))
        read(*variable);
    return true;
  }

private:
  void read(clang::VarDecl &variable) {
    llvm::StringRef name = variable.getName();
    size_t index = 0;
    if (!name.consume_front(constantPrefix) || name.getAsInteger(10, index) || index >= queries.size())
      return;
    const clang::Expr *value = variable.getInit();
    if (variable.isInvalidDecl() || !value || value->containsErrors() || value->isValueDependent())
      return;
    clang::Expr::EvalResult result;
    if (value->EvaluateAsInt(result, variable.getASTContext()) && !result.HasSideEffects)
      values[queries[index].name] = result.Val.getInt().getExtValue();
  }

  const std::vector<ProbeQuery> &queries;
  llvm::StringMap<int64_t> &values;
};

class ProbeAction : public clang::ASTFrontendAction {
public:
  ProbeAction(const std::vector<ProbeQuery> &queries, llvm::StringMap<int64_t> &values)
      : queries(queries), values(values) {}

protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &, llvm::StringRef) override {
    return std::make_unique<ConstantReader>(queries, values);
  }

private:
  const std::vector<ProbeQuery> &queries;
  llvm::StringMap<int64_t> &values;
};

} // namespace

static void replaceSource(clang::CompilerInstance &compiler, const std::string &text) {
  llvm::StringRef source = compiler.getFrontendOpts().Inputs.front().getFile();
  compiler.getPreprocessorOpts().addRemappedFile(source, llvm::MemoryBuffer::getMemBufferCopy(text, source).release());
}

llvm::Expected<llvm::StringMap<int64_t>> probeValues(const TranslationUnit &unit,
                                                     const std::vector<std::string> &headers,
                                                     const std::vector<ProbeQuery> &queries) {
  ErrorCollector errors(unit.file);
  auto compiler = prepareCompiler(unit, errors);
  if (!compiler)
    return compiler.takeError();
  (*compiler)->getFrontendOpts().SkipFunctionBodies = true;
  (*compiler)->getDiagnostics().setErrorLimit(0);
  replaceSource(**compiler, writeProbe(headers, queries));

  llvm::StringMap<int64_t> values;
  ProbeAction action(queries, values);
  (*compiler)->ExecuteAction(action);
  if (errors.sawFatal())
    return errors.takeError();
  return values;
}

} // namespace kmem
