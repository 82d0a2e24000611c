#include "runtime/driver/command_line.h"

#include "llvm/Support/CommandLine.h"

#include <thread>

namespace kmem::sim {

namespace cl = llvm::cl;

namespace {

constexpr char overview[] = "kmem-sim simulates the memory management of a Linux kernel, 6.1 or 6.12 on x86-64.\n\n"
                            "  kmem-sim run FILE.jsonl      run a scenario, one result line a step\n"
                            "  kmem-sim show FILE.jsonl     run it and draw where things lie\n"
                            "  kmem-sim conform FILE...     compare with what a real kernel did\n"
                            "  kmem-sim list                operations, contexts, profiles, groups\n"
                            "  kmem-sim COMMAND --help      the options of a command\n";

constexpr char moreHelp[] = "\nExit codes: 0 all well, 1 agreement below --require or a step not as expected,\n"
                            "2 wrong usage or a bad file.\n";

/// The options live as long as the parse.
struct Flags {
  cl::SubCommand conform{"conform", "Run the experiments of truth files and compare with what was recorded"};

  cl::SubCommand runScenario{"run", "Run a scenario and print a line of JSON for each step"};
  cl::SubCommand show{"show", "Run a scenario and draw where things lie"};
  cl::SubCommand list{"list", "What scenarios are made of"};

  cl::opt<std::string> scenario{cl::Positional, cl::Required, cl::desc("<scenario.jsonl>"), cl::sub(runScenario)};
  cl::opt<std::string> drawn{cl::Positional, cl::Required, cl::desc("<scenario.jsonl>"), cl::sub(show)};
  cl::opt<std::string> parts{"what",
                             cl::desc("Parts to draw, comma-separated (default: all that have something to show): "
                                      "names, zones, free, slabs, vmalloc, user"),
                             cl::value_desc("parts"), cl::sub(show)};
  cl::opt<std::string> svg{"svg", cl::desc("Also write the picture as SVG"), cl::value_desc("file"), cl::sub(show)};
  cl::opt<unsigned> width{"width", cl::desc("Columns of the text (default: the terminal's, 100 when piped)"),
                          cl::value_desc("n"), cl::sub(show)};
  cl::opt<std::string> listed{cl::Positional, cl::desc("[operations|contexts|profiles|groups]"), cl::sub(list)};

  cl::list<std::string> truthFiles{cl::Positional, cl::OneOrMore, cl::desc("<truth file.jsonl...>"), cl::sub(conform)};
  cl::opt<std::string> profile{"profile", cl::desc("The kernel, instead of what each file's name and meta record say"),
                               cl::value_desc("612dbg|deb612-512M|..."), cl::sub(conform)};
  cl::opt<unsigned> jobs{"j", cl::desc("Files to run at once (default: one for each CPU)"), cl::value_desc("n"),
                         cl::Prefix, cl::sub(conform)};
  cl::opt<unsigned> maxDifferences{"max-differences", cl::desc("Show so many records that differ (default: 20)"),
                                   cl::value_desc("n"), cl::init(20), cl::sub(conform)};
  cl::opt<double> require{"require", cl::desc("Percentage below which the exit code is 1 (default: 100)"),
                          cl::value_desc("percent"), cl::init(100), cl::sub(conform)};
  cl::opt<bool> quiet{"quiet", cl::desc("No progress and no differences, only the figures"), cl::sub(conform)};
  cl::extrahelp more{moreHelp};
};

CommandLine read(const Flags &flags) {
  CommandLine line;
  if (flags.conform) {
    line.command = Command::Conform;
    line.files.assign(flags.truthFiles.begin(), flags.truthFiles.end());
  }
  if (flags.runScenario) {
    line.command = Command::Run;
    line.files = {flags.scenario};
  }
  if (flags.show) {
    line.command = Command::Show;
    line.files = {flags.drawn};
    line.what = flags.parts;
    line.svg = flags.svg;
    line.width = flags.width;
  }
  if (flags.list) {
    line.command = Command::List;
    line.what = flags.listed;
  }
  line.profile = flags.profile;
  line.jobs = flags.jobs ? flags.jobs : std::max(1u, std::thread::hardware_concurrency());
  line.maxDifferences = flags.maxDifferences;
  line.require = flags.require;
  line.quiet = flags.quiet;
  return line;
}

} // namespace

llvm::Expected<CommandLine> parseCommandLine(llvm::ArrayRef<const char *> argv) {
  Flags flags;
  std::string problem;
  llvm::raw_string_ostream errors(problem);
  if (!cl::ParseCommandLineOptions(int(argv.size()), argv.data(), overview, &errors)) {
    llvm::StringRef first = llvm::StringRef(problem).split('\n').first;
    first.consume_front("kmem-sim: ");
    return llvm::createStringError(first.trim());
  }
  return read(flags);
}

} // namespace kmem::sim
