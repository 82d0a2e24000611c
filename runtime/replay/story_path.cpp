#include "runtime/replay/story_path.h"

#include "runtime/replay/story_notes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

static constexpr size_t maxLoopLines = 64, shownIterations = 3;
static constexpr size_t shownAtEnds = 400; ///< lines, of a path that is very long

static bool isSamePlace(const StoryLine &a, const StoryLine &b) {
  return a.depth == b.depth && a.line == b.line && a.function == b.function;
}

/// Addresses and counts differ from one iteration to the next, words do not.
static std::string withoutNumbers(llvm::StringRef text) {
  std::string words;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!text.substr(at).starts_with("0x")) {
      words += text[at];
      continue;
    }
    at += 2;
    while (at < text.size() && llvm::isHexDigit(text[at]))
      ++at;
    --at;
  }
  return words;
}

static bool isSame(const StoryLine &a, const StoryLine &b) {
  return isSamePlace(a, b) &&
         std::equal(a.notes.begin(), a.notes.end(), b.notes.begin(), b.notes.end(),
                    [](const std::string &x, const std::string &y) { return withoutNumbers(x) == withoutNumbers(y); });
}

namespace {
/// Puts lines one behind the other as long as they say something.
class Path {
public:
  void add(StoryLine line) {
    const bool isHeader = llvm::StringRef(line.file).ends_with(".h");
    if (isHeader && line.notes.empty())
      return;
    if (!lines.empty() && isSamePlace(lines.back(), line)) {
      llvm::append_range(lines.back().notes, line.notes);
      return;
    }
    const bool isReturn = !lines.empty() && lines.back().depth > line.depth && line.depth < open.size() &&
                          isSamePlace(open[line.depth], line);
    if (isReturn && line.notes.empty())
      return;
    open.resize(line.depth + 1);
    open.back() = line;
    lines.push_back(std::move(line));
  }
  std::vector<StoryLine> lines;

private:
  std::vector<StoryLine> open; ///< the last line on each depth
};
} // namespace

static unsigned inlinedDepth(const llvm::Instruction &at) {
  unsigned depth = 0;
  for (const llvm::DILocation *place = at.getDebugLoc().get(); place && place->getInlinedAt();
       place = place->getInlinedAt())
    ++depth;
  return depth;
}

std::vector<StoryLine> storyLines(const ReplayRun &run, const rules::RuleSet &rules, PlaceOf placeOf) {
  Path path;
  for (size_t i = 0; i < run.steps.size(); ++i) {
    const ReplayStep &step = run.steps[i];
    const ModuleLocation place = placeOf(*step.at);
    const CpuContext &after = i + 1 < run.steps.size() ? run.steps[i + 1].cpu : run.end;
    path.add({step.at->getFunction()->getName().str(), place.file.str(), place.line,
              step.depth + inlinedDepth(*step.at), notesOf(step, after, rules)});
  }
  return std::move(path.lines);
}

/// How often the `period` lines from `at` on follow one another.
static size_t repeats(const std::vector<StoryLine> &lines, size_t at, size_t period) {
  size_t same = 0;
  while (at + same + period < lines.size() && isSame(lines[at + same], lines[at + same + period]))
    ++same;
  return 1 + same / period;
}

std::vector<StoryLine> withLoopsShortened(std::vector<StoryLine> lines) {
  std::vector<StoryLine> shortened;
  for (size_t at = 0; at < lines.size();) {
    size_t period = 0, times = 0;
    for (size_t tried = 1; tried <= maxLoopLines && at + tried < lines.size(); ++tried)
      if (const size_t found = repeats(lines, at, tried); found > shownIterations && found * tried > times * period) {
        period = tried;
        times = found;
      }
    if (!period) {
      shortened.push_back(std::move(lines[at++]));
      continue;
    }
    for (size_t i = 0; i < shownIterations * period; ++i)
      shortened.push_back(std::move(lines[at + i]));
    StoryLine more;
    more.depth = shortened.back().depth;
    more.iterations = unsigned(times - shownIterations);
    shortened.push_back(more);
    at += times * period;
  }
  if (shortened.size() > 2 * shownAtEnds) {
    StoryLine gap;
    gap.leftOut = unsigned(shortened.size() - 2 * shownAtEnds);
    shortened.erase(shortened.begin() + shownAtEnds, shortened.end() - shownAtEnds);
    shortened.insert(shortened.begin() + shownAtEnds, gap);
  }
  return shortened;
}

} // namespace kmem::replay
