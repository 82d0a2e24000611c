#include "checker/driver/command_line.h"

#include "checker/driver/stages.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"

namespace kmem {

namespace cl = llvm::cl;

static constexpr char overview[] =
    "kmem-tidy finds misuse of the kernel's allocators, looking at a whole kernel as one program.\n\n"
    "  kmem-tidy -p build                     the whole tree of build/compile_commands.json\n"
    "  kmem-tidy -p build drivers/net         reports on drivers/net only, with whole-program knowledge\n"
    "  kmem-tidy driver.c -- -Iinclude        one file without a compile database\n"
    "  kmem-tidy -p build --replay            each finding with the verdict of a run on a simulated kernel\n";

static constexpr char moreHelp[] =
    "\nExit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or configuration,\n"
    "3 some translation unit failed, 130 interrupted. 3 wins over 1.\n";

namespace {

/// The options live as long as the parse.
struct Flags {
  cl::OptionCategory category{"kmem-tidy options"};
  cl::list<std::string> paths{cl::Positional, cl::desc("[file or folder...]"), cl::cat(category)};
  cl::opt<std::string> databasePath{"p",
                                    cl::desc("Build folder, or its compile_commands.json; default: looked for upwards"),
                                    cl::value_desc("path"), cl::cat(category)};
  cl::opt<bool> onlyThese{"only-these",
                          cl::desc("Analyse only the given files and folders, instead of reporting only on them"),
                          cl::cat(category)};
  cl::opt<std::string> checks{
      "checks",
      cl::desc("Globs, comma-separated, '-' removes; appended to Checks of .kmem-tidy, or to '*'. "
               "Only one check: --checks='-*,kmem-atomic-gfp'"),
      cl::value_desc("globs"), cl::cat(category)};
  cl::opt<bool> listChecks{"list-checks", cl::desc("List the enabled checks and exit"), cl::cat(category)};
  cl::opt<std::string> explain{"explain", cl::desc("Explain a check and exit"), cl::value_desc("check"),
                               cl::cat(category)};
  cl::opt<std::string> warningsAsErrors{"warnings-as-errors", cl::desc("Checks whose warnings become errors"),
                                        cl::value_desc("globs"), cl::cat(category)};
  cl::opt<std::string> failOn{"fail-on",
                              cl::desc("Severity from which on findings make the exit code 1 (default: warning)"),
                              cl::value_desc("note|warning|error|never"), cl::cat(category)};
  cl::opt<bool> suspect{"suspect",
                        cl::desc("Report every site a check looks at, right or wrong, as a suspicion of low "
                                 "confidence for kmem-replay to decide"),
                        cl::cat(category)};
  cl::opt<bool> replay{"replay",
                       cl::desc("Run the path of each finding on a simulated kernel (kmem-replay) and report its "
                                "verdict; what is refuted does not count for the exit code"),
                       cl::cat(category)};
  cl::opt<bool> onlyConfirmed{"only-confirmed", cl::desc("With --replay: report and count confirmed findings only"),
                              cl::cat(category)};
  cl::list<std::string> reports{"report", cl::desc("Report format, repeatable (default: text)"),
                                cl::value_desc("text|jsonl|ktap|junit[=FILE]"), cl::cat(category)};
  cl::opt<unsigned> jobs{"j", cl::desc("Processes to run at once (default: one for each CPU)"), cl::value_desc("n"),
                         cl::Prefix, cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("No progress and no summary line"), cl::cat(category)};
  cl::opt<std::string> useColor{"use-color", cl::desc("Colours (default: on a terminal)"), cl::value_desc("bool"),
                                cl::ValueOptional, cl::cat(category)};
  cl::opt<std::string> headerFilter{"header-filter", cl::desc("Report on headers whose path matches (default: all)"),
                                    cl::value_desc("regex"), cl::cat(category)};
  cl::opt<std::string> lineFilter{"line-filter",
                                  cl::desc("Report on these lines only: [{\"name\":\"a.c\",\"lines\":[[1,9]]}]"),
                                  cl::value_desc("json"), cl::cat(category)};
  cl::list<std::string> extraArguments{"extra-arg", cl::desc("Argument appended to every compile command, repeatable"),
                                       cl::value_desc("arg"), cl::cat(category)};
  cl::opt<std::string> configFile{"config-file", cl::desc("Instead of the nearest .kmem-tidy"), cl::value_desc("file"),
                                  cl::cat(category)};
  cl::opt<std::string> sourceRoot{"source-root",
                                  cl::desc("Folder that reported paths are relative to (default: top of the "
                                           "kernel tree)"),
                                  cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> rulesDirectory{"rules", cl::desc("Folder of the rule files"), cl::value_desc("folder"),
                                      cl::cat(category)};
  cl::opt<std::string> cacheDirectory{"cache-dir",
                                      cl::desc("Where summaries are kept (default: .kmem-tidy-cache in the build "
                                               "folder; without one $XDG_CACHE_HOME/kmem-tidy)"),
                                      cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> dump{
      "dump", cl::desc("Print what a stage hands on: compdb, rules, ir, summary, values, program, findings"),
      cl::value_desc("stage"), cl::cat(category)};
  cl::opt<bool> listRules{"list-rules", cl::desc("List the rules that hold for the tree and exit"), cl::cat(category)};
  cl::opt<bool> verifyRules{"verify-rules", cl::desc("Hold the rules against the tree: which matched, which did not"),
                            cl::cat(category)};
  cl::extrahelp more{moreHelp};
};

void printVersion(llvm::raw_ostream &out) {
  out << "kmem-tidy " << KMEM_VERSION << " (LLVM " << LLVM_VERSION_STRING << ")\n";
}

CommandLine read(const Flags &flags) {
  CommandLine line;
  line.databasePath = flags.databasePath;
  line.checks = flags.checks;
  line.warningsAsErrors = flags.warningsAsErrors;
  line.explain = flags.explain;
  line.useColor =
      flags.useColor.getNumOccurrences() && flags.useColor.empty() ? std::string("true") : flags.useColor.getValue();
  line.headerFilter = flags.headerFilter;
  line.lineFilter = flags.lineFilter;
  line.configFile = flags.configFile;
  line.sourceRoot = flags.sourceRoot;
  line.rulesDirectory = flags.rulesDirectory;
  line.cacheDirectory = flags.cacheDirectory;
  line.dump = flags.dump;
  line.failOn = flags.failOn;
  line.paths.assign(flags.paths.begin(), flags.paths.end());
  line.extraArguments.assign(flags.extraArguments.begin(), flags.extraArguments.end());
  line.reports.assign(flags.reports.begin(), flags.reports.end());
  line.jobs = flags.jobs;
  line.listChecks = flags.listChecks;
  line.listRules = flags.listRules;
  line.verifyRules = flags.verifyRules;
  line.onlyThese = flags.onlyThese;
  line.quiet = flags.quiet;
  line.suspect = flags.suspect;
  line.replay = flags.replay;
  line.onlyConfirmed = flags.onlyConfirmed;
  return line;
}

} // namespace

llvm::Expected<CommandLine> parseCommandLine(llvm::ArrayRef<const char *> argv) {
  // What follows "--" is the compiler's.
  const auto *separator = std::find_if(argv.begin(), argv.end(), [](llvm::StringRef word) { return word == "--"; });
  llvm::ArrayRef<const char *> own(argv.begin(), separator);

  Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::SetVersionPrinter(printVersion);
  std::string problem;
  llvm::raw_string_ostream errors(problem);
  if (!cl::ParseCommandLineOptions(int(own.size()), own.data(), overview, &errors)) {
    llvm::StringRef first = llvm::StringRef(problem).split('\n').first;
    first.consume_front("kmem-tidy: ");
    return llvm::createStringError(first.trim());
  }
  CommandLine line = read(flags);
  if (separator != argv.end())
    line.fixedFlags.emplace(separator + 1, argv.end());
  return line;
}

} // namespace kmem
