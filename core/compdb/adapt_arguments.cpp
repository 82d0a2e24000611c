#include "core/compdb/argument_rules.h"
#include "core/compdb/compile_database.h"
#include "core/support/paths.h"

#include "clang/Driver/Options.h"
#include "clang/Driver/ToolChain.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/Path.h"

namespace kmem {

namespace options = clang::driver::options;

/// Added to every command. What gcc 12 only warns of must not stop clang.
static constexpr const char *ownArguments[] = {"-w", "-Wno-error=int-conversion",
                                               "-Wno-error=incompatible-function-pointer-types", "-resource-dir",
                                               KMEM_CLANG_RESOURCE_DIR};

/// Options, most of them groups, that are dropped as a whole: warnings, debug information, and what clang itself
/// ignores.
static bool inDroppedGroup(const llvm::opt::Arg &arg) {
  static constexpr options::ID groups[] = {options::OPT_W_Group, options::OPT_w,
                                           options::OPT_R_Group, options::OPT_pedantic_Group,
                                           options::OPT_g_Group, options::OPT_clang_ignored_gcc_optimization_f_Group};
  return llvm::any_of(groups, [&](options::ID group) { return arg.getOption().matches(group); });
}

static const ArgumentRule *findRule(llvm::StringRef spelled) {
  for (const ArgumentRule &rule : argumentRules())
    if (spelled.starts_with(rule.prefix))
      return &rule;
  return nullptr;
}

static llvm::opt::ArgStringList spell(const llvm::opt::Arg &arg, const llvm::opt::ArgList &list) {
  llvm::opt::ArgStringList words;
  arg.render(list, words);
  return words;
}

static void adaptArgument(const llvm::opt::Arg &arg, const llvm::opt::ArgList &list, std::vector<std::string> &result) {
  llvm::opt::ArgStringList words = spell(arg, list);
  if (const ArgumentRule *rule = findRule(words.front())) {
    if (!rule->replacement.empty())
      result.push_back(rule->replacement.str());
    return;
  }
  bool unknown = arg.getOption().getKind() == llvm::opt::Option::UnknownClass;
  if (!unknown && !inDroppedGroup(arg))
    result.insert(result.end(), words.begin(), words.end());
}

/// "aarch64-linux-gnu-gcc" says for which machine it compiles only by its name.
static void addTargetOfCompiler(llvm::StringRef compiler, const llvm::opt::ArgList &list,
                                std::vector<std::string> &result) {
  if (list.hasArg(options::OPT_target, options::OPT_target_legacy_spelling))
    return;
  llvm::StringRef name = llvm::sys::path::filename(compiler);
  size_t dash = name.rfind("-gcc");
  if (dash != llvm::StringRef::npos && name.take_front(dash).contains('-'))
    result.push_back("--target=" + name.take_front(dash).str());
}

/// Keeps the source file as it was spelled, because __FILE__ and presumed paths follow the spelling.
static void addInput(const TranslationUnit &unit, const llvm::opt::ArgList &list, std::vector<std::string> &result) {
  std::string input = unit.file;
  for (const llvm::opt::Arg *arg : list.filtered(options::OPT_INPUT))
    if (absolutePath(arg->getValue(), unit.directory) == unit.file)
      input = arg->getValue();
  result.push_back(input);
}

std::vector<std::string> adaptArguments(const TranslationUnit &unit, llvm::ArrayRef<std::string> extra) {
  std::vector<const char *> words;
  for (const std::string &argument : llvm::drop_begin(unit.arguments))
    words.push_back(argument.c_str());
  unsigned missingIndex = 0, missingCount = 0;
  llvm::opt::InputArgList list = clang::driver::getDriverOptTable().ParseArgs(
      words, missingIndex, missingCount, llvm::opt::Visibility(options::ClangOption));

  std::vector<std::string> result = {"clang"};
  addTargetOfCompiler(unit.arguments.empty() ? "" : unit.arguments.front(), list, result);
  for (const llvm::opt::Arg *arg : list)
    if (!arg->getOption().matches(options::OPT_INPUT))
      adaptArgument(*arg, list, result);
  result.insert(result.end(), std::begin(ownArguments), std::end(ownArguments));
  result.insert(result.end(), extra.begin(), extra.end());
  addInput(unit, list, result);
  return result;
}

} // namespace kmem
