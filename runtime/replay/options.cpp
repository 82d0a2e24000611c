#include "runtime/replay/options.h"

#include "core/support/paths.h"
#include "rules/lib/rules.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"

#include <thread>

namespace kmem::replay {

namespace cl = llvm::cl;

static constexpr char overview[] =
    "kmem-replay runs the code that kmem-tidy's findings flag on a simulated kernel, and says of each: confirmed, "
    "with\n"
    "inputs and the kernel's report; refuted; or unknown, and why.\n\n"
    "  kmem-replay -p build findings.jsonl              a verdict for each finding\n"
    "  kmem-replay findings.jsonl driver.c -- -Iinclude the same without a compile database\n"
    "  kmem-replay -p build explain findings.jsonl ID   the story of one finding; ID is (the start of) its "
    "fingerprint\n"
    "  kmem-replay -p build again saved.json            a replay that --save kept, bit for bit\n";

static constexpr char moreHelp[] =
    "\nExit codes: 0 nothing confirmed, 1 something confirmed, 2 wrong usage, 3 some finding could not be run\n"
    "(the source has moved, a unit does not compile), 130 interrupted. 3 wins over 1.\n";

namespace {
/// The options live as long as the parse.
struct Flags {
  cl::OptionCategory category{"kmem-replay options"};
  cl::list<std::string> words{cl::Positional, cl::desc("[explain|again] file [fingerprint | source...]"),
                              cl::cat(category)};
  cl::opt<std::string> database{"p",
                                cl::desc("Build folder, or its compile_commands.json; default: looked for upwards"),
                                cl::value_desc("path"), cl::cat(category)};
  cl::opt<std::string> sourceRoot{"source-root", cl::desc("Folder that reported paths are relative to"),
                                  cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> rules{"rules", cl::desc("Folder of the rule files"), cl::value_desc("folder"),
                             cl::cat(category)};
  cl::list<std::string> extra{"extra-arg", cl::desc("Argument appended to every compile command, repeatable"),
                              cl::value_desc("arg"), cl::cat(category)};
  cl::list<std::string> reports{"report", cl::desc("Report format, repeatable (default: text)"),
                                cl::value_desc("text|jsonl|ktap|junit[=FILE]"), cl::cat(category)};
  cl::opt<std::string> save{"save", cl::desc("Keep each confirmed run as a file in this folder"),
                            cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> inject{"inject",
                              cl::desc("Let requests fail: failslab:nth=N, fail_page_alloc:nth=N, "
                                       "fail_usercopy:nth=N"),
                              cl::value_desc("what"), cl::cat(category)};
  cl::opt<bool> explore{"explore-faults",
                        cl::desc("Let each allocation of a confirmed run fail in turn, and report "
                                 "what breaks"),
                        cl::cat(category)};
  cl::opt<double> seconds{"limit", cl::desc("Seconds of processor time for a finding (default: 10)"), cl::init(10),
                          cl::value_desc("seconds"), cl::cat(category)};
  cl::opt<unsigned> jobs{"j", cl::desc("Findings to run at once (default: one for each CPU)"), cl::value_desc("n"),
                         cl::Prefix, cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("No progress and no summary line"), cl::cat(category)};
  cl::extrahelp more{moreHelp};
};

void printVersion(llvm::raw_ostream &out) {
  out << "kmem-replay " << KMEM_VERSION << " (LLVM " << LLVM_VERSION_STRING << ")\n";
}

llvm::Error usage(const llvm::Twine &what) { return llvm::createStringError(what); }

/// Commands first, then their files; sources for a run without a database last.
llvm::Error takeWords(std::vector<std::string> words, Options &options) {
  auto next = [&]() -> std::string {
    if (words.empty())
      return "";
    std::string word = std::move(words.front());
    words.erase(words.begin());
    return word;
  };
  if (!words.empty() && (words.front() == "explain" || words.front() == "again"))
    options.command = next() == "explain" ? Command::Explain : Command::Again;
  options.findings = next();
  if (options.findings.empty())
    return usage(options.command == Command::Again ? "which saved replay?" : "which file of findings?");
  if (options.command == Command::Explain) {
    options.fingerprint = next();
    if (options.fingerprint.empty())
      return usage("explain needs the fingerprint of a finding, or the start of one");
  }
  if (!words.empty() && !options.tree.fixedFlags)
    return usage("unexpected \"" + words.front() + "\"; sources are named when their flags follow --");
  options.tree.paths = std::move(words);
  return llvm::Error::success();
}

llvm::Expected<Options> checked(const Flags &flags, llvm::ArrayRef<const char *> fixed, bool hasFixed,
                                const char *argv0) {
  Options options;
  if (hasFixed)
    options.tree.fixedFlags = std::vector<std::string>(fixed.begin(), fixed.end());
  if (llvm::Error error = takeWords({flags.words.begin(), flags.words.end()}, options))
    return std::move(error);
  auto reports = parseReportTargets(std::vector<std::string>(flags.reports.begin(), flags.reports.end()));
  if (!reports)
    return reports.takeError();
  options.reports = std::move(*reports);
  if (flags.seconds <= 0)
    return usage("--limit: expected a number of seconds above 0");
  options.tree.databasePath = flags.database;
  if (!flags.sourceRoot.empty()) {
    llvm::SmallString<256> here;
    llvm::sys::fs::current_path(here);
    options.tree.sourceRoot = absolutePath(flags.sourceRoot, std::string(here));
  }
  options.tree.extraArguments.assign(flags.extra.begin(), flags.extra.end());
  options.rulesDirectory = flags.rules.empty() ? rules::defaultRulesDirectory(argv0) : flags.rules.getValue();
  options.saveFolder = flags.save;
  options.inject = flags.inject;
  if (auto injection = parseInjection(options.inject))
    options.injection = *injection;
  else
    return injection.takeError();
  options.exploreFaults = flags.explore;
  options.seconds = flags.seconds;
  options.jobs = flags.jobs ? flags.jobs : std::max(1u, std::thread::hardware_concurrency());
  options.quiet = flags.quiet;
  return options;
}
} // namespace

llvm::Expected<Options> parseOptions(llvm::ArrayRef<const char *> argv) {
  // What follows "--" is the compiler's.
  const auto *separator = std::find_if(argv.begin(), argv.end(), [](llvm::StringRef word) { return word == "--"; });
  const llvm::ArrayRef<const char *> own(argv.begin(), separator);
  Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::SetVersionPrinter(printVersion);
  std::string problem;
  llvm::raw_string_ostream errors(problem);
  if (!cl::ParseCommandLineOptions(int(own.size()), own.data(), overview, &errors)) {
    llvm::StringRef first = llvm::StringRef(problem).split('\n').first;
    first.consume_front("kmem-replay: ");
    return usage(first.trim());
  }
  const bool hasFixed = separator != argv.end();
  return checked(flags, hasFixed ? llvm::ArrayRef(separator + 1, argv.end()) : llvm::ArrayRef<const char *>(), hasFixed,
                 argv.front());
}

int usageError(llvm::Error error) {
  llvm::errs() << "kmem-replay: error: " << llvm::toString(std::move(error)) << "\n";
  return UsageError;
}

} // namespace kmem::replay
