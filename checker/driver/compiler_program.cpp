#include "checker/driver/compiler_program.h"

#include "checker/driver/unit_summary.h"
#include "core/compdb/compiler_command.h"
#include "core/support/atomic_file.h"
#include "core/support/paths.h"
#include "rules/tree/tree_facts.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/WithColor.h"

namespace kmem {

namespace {

enum ExitCode { Written = 0, UnitFailed = 1, UsageError = 2 };

struct CompilerProgram {
  std::string rulesDirectory, sourceRoot;
  TranslationUnit unit; ///< arguments as given, without our own
  CompilerCommand command;
};

int usageError(const llvm::Twine &what) {
  llvm::WithColor::error(llvm::errs(), "kmem-cc") << what << "\n";
  return UsageError;
}

/// Takes "--name=value" or "--name value" away.
void takeOwnOption(std::vector<std::string> &arguments, llvm::StringRef name, std::string &value) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    llvm::StringRef argument = arguments[i];
    if (argument == name && i + 1 < arguments.size()) {
      value = arguments[i + 1];
      arguments.erase(arguments.begin() + i, arguments.begin() + i + 2);
      return;
    }
    if (argument.consume_front(name) && argument.consume_front("=")) {
      value = argument.str();
      arguments.erase(arguments.begin() + i);
      return;
    }
  }
}

std::string escapeForMake(llvm::StringRef path) {
  std::string escaped;
  for (char c : path) {
    if (c == ' ' || c == '#')
      escaped += '\\';
    escaped += c == '$' ? "$$" : std::string(1, c);
  }
  return escaped;
}

std::string dependencyRule(const CompilerProgram &program, llvm::ArrayRef<std::string> dependencies) {
  const CompilerCommand &command = program.command;
  std::string rule = command.dependencyTarget.empty() ? escapeForMake(command.output) : command.dependencyTarget;
  rule += ":";
  for (const std::string &file : dependencies)
    rule += " \\\n  " + escapeForMake(file);
  return rule + "\n";
}

llvm::Error writeOutputs(const CompilerProgram &program, const UnitSummary &made) {
  if (llvm::Error error = writeIfDifferent(program.command.output, made.bytes))
    return error;
  if (!program.command.writesDependencies)
    return llvm::Error::success();
  std::string file = program.command.dependencyFile;
  if (file.empty()) {
    llvm::SmallString<128> beside(program.command.output);
    llvm::sys::path::replace_extension(beside, ".d");
    file = std::string(beside);
  }
  return writeIfDifferent(file, dependencyRule(program, made.dependencies));
}

int preprocess(const CompilerProgram &program) {
  const std::string compiler = "clang-" + std::to_string(LLVM_VERSION_MAJOR);
  auto clang = llvm::sys::findProgramByName(compiler);
  if (!clang)
    return usageError(compiler + " is needed for -E and was not found");
  std::vector<llvm::StringRef> words{*clang};
  words.insert(words.end(), program.unit.arguments.begin() + 1, program.unit.arguments.end());
  return llvm::sys::ExecuteAndWait(*clang, words);
}

int makeSummary(const CompilerProgram &program) {
  auto rules = rules::loadRules(program.rulesDirectory, readTreeFacts(program.unit.directory, program.sourceRoot));
  if (!rules)
    return usageError(llvm::toString(rules.takeError()));
  auto made = summarizeUnit(program.unit, {}, program.sourceRoot, *rules);
  if (!made) {
    llvm::errs() << llvm::toString(made.takeError()) << "\n";
    return UnitFailed;
  }
  if (llvm::Error error = writeOutputs(program, *made))
    return usageError(llvm::toString(std::move(error)));
  return Written;
}

} // namespace

int runCompilerProgram(llvm::ArrayRef<const char *> argv) {
  CompilerProgram program;
  std::vector<std::string> arguments(argv.begin(), argv.end());
  takeOwnOption(arguments, "--rules", program.rulesDirectory);
  takeOwnOption(arguments, "--source-root", program.sourceRoot);
  program.command = parseCompilerCommand(llvm::ArrayRef(arguments).drop_front());
  if (program.command.inputs.size() != 1)
    return usageError("expected one source file: kmem-cc <flags> -c in.c -o out.ksum");

  llvm::SmallString<256> directory;
  if (std::error_code error = llvm::sys::fs::current_path(directory))
    return usageError("no current directory: " + error.message());
  program.unit.directory = std::string(directory);
  program.unit.file = absolutePath(program.command.inputs.front(), directory);
  program.unit.arguments = std::move(arguments);
  if (llvm::is_contained(program.unit.arguments, "-E"))
    return preprocess(program);
  if (program.command.output.empty())
    return usageError("expected -o out.ksum");
  if (program.rulesDirectory.empty())
    program.rulesDirectory = rules::defaultRulesDirectory(argv.front());
  program.sourceRoot =
      program.sourceRoot.empty() ? findSourceRoot(program.unit.file) : absolutePath(program.sourceRoot, directory);
  return makeSummary(program);
}

} // namespace kmem
