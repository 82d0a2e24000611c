#include "runtime/replay/story.h"

#include "core/report/source_lines.h"
#include "runtime/replay/places.h"
#include "runtime/replay/story_inputs.h"
#include "runtime/replay/story_notes.h"
#include "runtime/replay/story_path.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr unsigned numberWidth = 5;

static void tellList(llvm::StringRef title, const std::vector<std::string> &lines, llvm::raw_ostream &out) {
  if (lines.empty())
    return;
  out << "\n" << title << "\n";
  for (const std::string &line : lines)
    out << "  " << line << "\n";
}

void tellVerdict(const Finding &finding, llvm::raw_ostream &out) {
  const Verdict &verdict = *finding.verdict;
  out << finding.location.file << ":" << finding.location.line << ":" << finding.location.column << ": "
      << finding.message << " [" << finding.check << "]\n";
  out << toString(verdict.result) << (verdict.grade.empty() ? "" : " ") << verdict.grade << ": " << verdict.reason
      << "\n";
  for (const std::string &assumption : verdict.assumptions)
    out << "  assuming that " << assumption << "\n";
}

namespace {
class PathTeller {
public:
  PathTeller(SourceLines &sources, llvm::raw_ostream &out) : sources(sources), out(out) {}

  void tell(const StoryLine &line) {
    if (line.leftOut) {
      out << "      ... " << line.leftOut << " lines left out\n";
      return;
    }
    const std::string indent(2 * line.depth, ' ');
    if (line.iterations) {
      out << "      | " << indent << "... " << line.iterations << " more iterations\n";
      return;
    }
    heading(line, indent);
    const std::string number = std::to_string(line.line);
    out << std::string(numberWidth - std::min<size_t>(numberWidth, number.size()), ' ') << number << " | " << indent
        << sources.line(line.file, line.line).trim() << "\n";
    for (const std::string &note : line.notes)
      out << "      | " << indent << "  > " << note << "\n";
  }

private:
  /// Where another function begins; a return is seen by its indent.
  void heading(const StoryLine &line, const std::string &indent) {
    const bool isKnown = line.depth < functions.size() && functions[line.depth] == line.function;
    functions.resize(line.depth + 1);
    functions[line.depth] = line.function;
    if (!isKnown)
      out << "      " << indent << line.function << "() in " << line.file << "\n";
  }

  SourceLines &sources;
  llvm::raw_ostream &out;
  std::vector<std::string> functions; ///< by depth
};
} // namespace

static void tellConfirmed(const Confirmation &confirmed, const Places &places, const rules::RuleSet &rules,
                          const Sources &sources, llvm::raw_ostream &out) {
  tellList("With these inputs", assignments(confirmed.witness), out);
  tellList("and these decisions", decisions(confirmed.witness), out);
  out << "\nthe code goes this way\n";
  SourceLines lines(sources.root());
  PathTeller teller(lines, out);
  std::vector<StoryLine> path = withLoopsShortened(storyLines(confirmed.run, rules, places));
  // What the kernel says at the site comes as a whole, at the end.
  if (!path.empty() && !confirmed.run.report.empty())
    llvm::erase_if(path.back().notes, [](llvm::StringRef note) { return note.starts_with(kernelNote); });
  for (const StoryLine &line : path)
    teller.tell(line);
}

static std::string endOf(const SearchResult &found) {
  switch (found.end) {
  case SearchEnd::Met:
    return "found";
  case SearchEnd::Exhausted:
    return found.shortcuts.empty() ? "every way was gone" : "every way was gone, but not exactly";
  case SearchEnd::Limit:
    return "stopped at a limit";
  }
  __builtin_unreachable();
}

static void tellSearched(const Scenario &scenario, const Judgement &judgement, const Places &places,
                         llvm::raw_ostream &out) {
  const std::vector<RouteHop> &hops = scenario.stages.back().route->hops();
  out << "\nWhat was searched\n";
  for (const Attempt &attempt : judgement.attempts) {
    const SearchResult &found = attempt.found;
    out << "  from " << hops[attempt.first].function->getName() << "(), " << hops.size() - attempt.first
        << (hops.size() - attempt.first == 1 ? " call" : " calls") << " to the site, "
        << (attempt.skips ? "large callees skipped: " : "all callees run: ") << endOf(found) << "; "
        << found.counts.paths << " paths, " << found.counts.steps << " steps, " << found.counts.queries << " queries\n";
    if (found.end == SearchEnd::Met || found.blockedBy.empty())
      continue;
    out << "    came through " << found.hopsReached << " of them; blocked by: " << found.blockedBy;
    if (const ModuleLocation place = found.blockedAt ? places(*found.blockedAt) : ModuleLocation(); place.line)
      out << " (" << place.file << ":" << place.line << ")";
    out << "\n";
  }
}

void tellStory(const Finding &finding, const Scenario &scenario, const Judgement &judgement,
               const rules::RuleSet &rules, Sources &sources, llvm::raw_ostream &out) {
  tellVerdict(finding, out);
  const Places places(scenario, sources);
  if (finding.verdict->result != Verdict::Result::Confirmed)
    return tellSearched(scenario, judgement, places, out);
  tellConfirmed(*judgement.confirmation, places, rules, sources, out);
  if (!finding.verdict->splat.empty())
    out << "\nand the kernel says\n" << finding.verdict->splat;
}

} // namespace kmem::replay
