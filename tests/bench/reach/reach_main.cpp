// ./dev bench reach BUILD [N] [SEED]: how many allocation calls of N random driver, net and sound units a search can
// drive to, from their function and from up to four callers above it, and replay without symbols. Exit code 1 when a
// rate is below what it must be. With the names of units in place of numbers: of these.
#include "tests/bench/reach/processes.h"
#include "tests/bench/reach/table.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <random>

using namespace kmem;

static constexpr const char *folders[] = {"drivers/", "net/", "sound/"};

/// N of the names, drawn with this seed; all when there are not so many.
static std::vector<std::string> draw(std::vector<std::string> names, size_t count, uint64_t seed) {
  llvm::sort(names);
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < names.size() && i < count; ++i)
    std::swap(names[i], names[i + random() % (names.size() - i)]);
  names.resize(std::min(names.size(), count));
  return names;
}

static std::vector<std::string> sampleOf(const Tree &tree, size_t count, uint64_t seed) {
  std::vector<std::string> names;
  for (const TranslationUnit &unit : tree.units) {
    std::string name = tree.name(unit);
    if (llvm::any_of(folders, [&](llvm::StringRef folder) { return llvm::StringRef(name).starts_with(folder); }))
      names.push_back(std::move(name));
  }
  return draw(std::move(names), count, seed);
}

static uint64_t numberAt(int argc, char **argv, int index, uint64_t otherwise) {
  uint64_t number = otherwise;
  if (argc > index && llvm::StringRef(argv[index]).getAsInteger(10, number)) {
    llvm::errs() << "reach: \"" << argv[index] << "\" is no number\n";
    exit(2);
  }
  return number;
}

static bool namesUnits(int argc, char **argv) { return argc > 2 && llvm::StringRef(argv[2]).ends_with(".c"); }

static std::vector<std::string> unitsOf(const Tree &tree, int argc, char **argv) {
  if (namesUnits(argc, argv))
    return {argv + 2, argv + argc};
  return sampleOf(tree, numberAt(argc, argv, 2, 150), numberAt(argc, argv, 3, 7));
}

int main(int argc, char **argv) {
  if (argc < 2) {
    llvm::errs() << "usage: reach BUILD [N] [SEED] [JOBS] | reach BUILD UNIT.c...\n";
    return 2;
  }
  replay::Options options;
  options.tree.databasePath = argv[1];
  options.rulesDirectory = KMEM_SOURCE_DIR "/rules";
  auto tree = replay::openReplayTree(options);
  if (!tree) {
    llvm::errs() << "reach: " << llvm::toString(tree.takeError()) << "\n";
    return 2;
  }
  const std::vector<std::string> units = unitsOf(tree->tree, argc, argv);
  const unsigned jobs = namesUnits(argc, argv) ? 2 : unsigned(numberAt(argc, argv, 4, 2));
  const std::vector<bench::Attempt> attempts = bench::attemptAll(units, *tree, {}, jobs);
  const bool kept = bench::printRates(attempts);
  bench::printBlockers(attempts);
  return kept ? 0 : 1;
}
