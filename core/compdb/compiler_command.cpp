#include "core/compdb/compiler_command.h"

#include "clang/Driver/Options.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"

namespace kmem {

namespace options = clang::driver::options;

/// "-Wp,-MMD,out.d" is how kbuild asks for a dependency file.
static void readPreprocessorOption(const llvm::opt::Arg &arg, CompilerCommand &command) {
  if (arg.getNumValues() < 2)
    return;
  llvm::StringRef first = arg.getValue(0);
  if (first != "-MMD" && first != "-MD")
    return;
  command.writesDependencies = true;
  command.dependencyFile = arg.getValue(1);
}

CompilerCommand parseCompilerCommand(llvm::ArrayRef<std::string> arguments) {
  std::vector<const char *> words;
  for (const std::string &argument : arguments)
    words.push_back(argument.c_str());
  unsigned missingIndex = 0, missingCount = 0;
  llvm::opt::InputArgList list = clang::driver::getDriverOptTable().ParseArgs(
      words, missingIndex, missingCount, llvm::opt::Visibility(options::ClangOption));

  CompilerCommand command;
  for (const llvm::opt::Arg *arg : list.filtered(options::OPT_Wp_COMMA))
    readPreprocessorOption(*arg, command);
  command.inputs = list.getAllArgValues(options::OPT_INPUT);
  command.output = list.getLastArgValue(options::OPT_o);
  command.writesDependencies |= list.hasArg(options::OPT_MD, options::OPT_MMD);
  if (list.hasArg(options::OPT_MF))
    command.dependencyFile = list.getLastArgValue(options::OPT_MF);
  if (const llvm::opt::Arg *arg = list.getLastArg(options::OPT_MT, options::OPT_MQ))
    command.dependencyTarget = arg->getValue();
  return command;
}

} // namespace kmem
