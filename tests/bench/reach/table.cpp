#include "tests/bench/reach/table.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cstdio>
#include <map>
#include <tuple>

namespace kmem::bench {

/// Percent replayed, by the number of callers up.
static constexpr double wanted[levels] = {98, 95, 92, 80, 50};

/// The value below which `part` of the sorted ones lie.
static double quantile(const std::vector<double> &sorted, double part) {
  return sorted.empty() ? 0 : sorted[size_t(double(sorted.size() - 1) * part)];
}

static bool printLevel(unsigned level, const std::vector<Attempt> &attempts) {
  unsigned counts[std::size(reachedNames)] = {}, runs = 0;
  std::vector<double> seconds;
  for (const Attempt &attempt : attempts) {
    if (attempt.level != level)
      continue;
    ++runs;
    ++counts[unsigned(attempt.reached)];
    if (attempt.reached == Reached::Replayed)
      seconds.push_back(attempt.seconds);
  }
  llvm::sort(seconds);
  const double percent = runs ? 100.0 * counts[unsigned(Reached::Replayed)] / runs : 100;
  const bool kept = percent >= wanted[level];
  std::printf("L%u   %5u  %8u  %5.1f %%  %5.0f %%  %7u  %5u  %5u  %8u  %7u  %8.3f  %8.3f  %s\n", level, runs,
              counts[unsigned(Reached::Replayed)], percent, wanted[level], counts[unsigned(Reached::NoPath)],
              counts[unsigned(Reached::Cut)], counts[unsigned(Reached::Limit)], counts[unsigned(Reached::Diverged)],
              counts[unsigned(Reached::Crashed)], quantile(seconds, 0.5), quantile(seconds, 0.9),
              kept ? "kept" : "MISSED");
  return kept;
}

bool printRates(const std::vector<Attempt> &attempts) {
  std::printf(
      "callers up  runs  replayed  rate     wanted   no path    cut  limit  diverged  crashed  CPU s median  p90\n");
  bool kept = true;
  for (unsigned level = 0; level < levels; ++level)
    kept &= printLevel(level, attempts);
  return kept;
}

namespace {
/// How often each text, commonest first.
class Frequencies {
public:
  void count(const std::string &text) { ++counts[text]; }
  void print(const char *title) const {
    std::vector<std::pair<unsigned, std::string>> sorted;
    for (const auto &[text, count] : counts)
      sorted.emplace_back(count, text);
    llvm::sort(sorted,
               [](const auto &a, const auto &b) { return std::tie(b.first, a.second) < std::tie(a.first, b.second); });
    std::printf("\n%s\n", title);
    for (const auto &[count, text] : sorted)
      std::printf("%5u  %s\n", count, text.c_str());
  }

private:
  std::map<std::string, unsigned> counts;
};
} // namespace

void printBlockers(const std::vector<Attempt> &attempts) {
  Frequencies reasons, places, shortcuts;
  std::printf("\nnot replayed:\n");
  for (const Attempt &attempt : attempts) {
    if (attempt.reached == Reached::Replayed)
      continue;
    const std::string kind = reachedNames[unsigned(attempt.reached)];
    reasons.count(kind + ": " + attempt.blockedBy);
    places.count(kind + ": " + attempt.blockedBy + " @ " + attempt.blockedAt);
    llvm::SmallVector<llvm::StringRef> each;
    llvm::StringRef(attempt.shortcuts).split(each, "; ", -1, /*KeepEmpty=*/false);
    for (llvm::StringRef shortcut : each)
      shortcuts.count(shortcut.str());
    std::printf("L%u %s: %s -> %s  %.2f s, %llu steps\n   %s @ %s\n   [%s]\n", attempt.level, kind.c_str(),
                attempt.entry.c_str(), attempt.site.c_str(), attempt.seconds, (unsigned long long)attempt.steps,
                attempt.blockedBy.c_str(), attempt.blockedAt.c_str(), attempt.shortcuts.c_str());
  }
  reasons.print("why the most advanced path ended:");
  places.print("and where:");
  shortcuts.print("shortcuts of the runs that were not replayed:");
}

} // namespace kmem::bench
