#include "runtime/judge/words.h"

#include "runtime/search/target_check.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DebugInfoMetadata.h"

namespace kmem::replay {

static constexpr size_t maxInputs = 64; ///< that a report lists

std::string describe(ShortcutKind kind, llvm::StringRef what) {
  const std::string name = what.str();
  switch (kind) {
  case ShortcutKind::Stub:
    return name + "() is not there: it gave any result of its type";
  case ShortcutKind::SkippedCallee:
    return name + "() was not run: it gave any result of its type";
  case ShortcutKind::UnknownAssembly:
    return name + " without a model gave any result";
  case ShortcutKind::UnknownTarget:
    return name + " was called through a pointer and gave any result";
  case ShortcutKind::Concretised:
    return name + " was tried where more are possible";
  case ShortcutKind::Model:
    return name;
  case ShortcutKind::Bound:
    return "a limit was reached: " + name;
  case ShortcutKind::Unsolved:
    return name;
  }
  __builtin_unreachable();
}

std::string functionName(const Scenario &scenario, size_t hop) {
  return scenario.stages.back().route->hops()[hop].function->getName().str() + "()";
}

static std::string placeOf(const llvm::Instruction *at) {
  const llvm::DILocation *place = at ? at->getDebugLoc().get() : nullptr;
  if (!place)
    return "";
  return place->getFilename().str() + ":" + std::to_string(place->getLine());
}

std::string whyUnknown(const SearchResult &found, const Scenario &scenario, size_t first) {
  std::string why;
  if (found.end == SearchEnd::Limit)
    why = "the search from " + functionName(scenario, first) + " reached its time limit";
  else if (!found.shortcuts.empty())
    why = "no way was found from " + functionName(scenario, first) + ", but " +
          describe(found.shortcuts.front().first, found.shortcuts.front().second);
  const std::string place = placeOf(found.blockedAt);
  if (!found.blockedBy.empty())
    why += (why.empty() ? "" : "; ") + found.blockedBy;
  return place.empty() ? why : why + " (" + place + ")";
}

Verdict refutation(const Scenario &scenario, size_t first) {
  Verdict verdict;
  verdict.result = Verdict::Result::Refuted;
  verdict.grade = "from " + functionName(scenario, first) + " on";
  verdict.reason =
      "every way from " + functionName(scenario, first) + " to the site was gone, and on none does it happen";
  return verdict;
}

static std::string gradeOf(const Finding &finding, const Scenario &scenario, size_t first) {
  const size_t hops = scenario.stages.back().route->hops().size();
  if (first == 0 && finding.replay->entry.isKernelEntry)
    return "from the entry point " + functionName(scenario, 0) + ", " + finding.replay->entry.how;
  if (first + 1 == hops)
    return "from the function itself, " + functionName(scenario, first);
  const size_t up = hops - 1 - first;
  return "from " + functionName(scenario, first) + ", " + std::to_string(up) + (up == 1 ? " caller up" : " callers up");
}

/// What the context is taken to be where the run begins, when that is not a plain process.
static std::string contextAssumption(const RunPlan &plan) {
  std::string parts;
  const Stage &stage = plan.stages.back();
  const ContextCounts &counts = stage.contexts[stage.first];
  for (unsigned i = 0; i < counts.size(); ++i)
    if (counts[i])
      parts += (parts.empty() ? "" : ", ") + contextComponentName(ContextComponent(i)).str();
  if (parts.empty())
    return "";
  return stage.route->hops()[stage.first].function->getName().str() + "() is entered with " + parts;
}

static std::string number(uint64_t value) {
  return value < 10 ? std::to_string(value) : "0x" + llvm::utohexstr(value, /*LowerCase=*/true);
}

/// What the run was given: numbers and NULL; pointers to objects of their own go without saying.
static std::vector<ReplayInput> inputsOf(const Witness &witness) {
  std::vector<ReplayInput> inputs;
  auto isObject = [&](uint64_t value) {
    return llvm::any_of(witness.objects, [&](const LazyObjects::Named &object) { return object.base == value; });
  };
  for (const WitnessEntry &entry : witness.entries) {
    if (inputs.size() == maxInputs)
      break;
    if (entry.kind == WitnessEntry::Kind::Choice) {
      if (entry.value)
        inputs.push_back({entry.text, "choice " + std::to_string(entry.value)});
    } else if (!entry.isPointer) {
      inputs.push_back({entry.text, number(entry.value)});
    } else if (!isObject(entry.value)) {
      inputs.push_back({entry.text, entry.value ? number(entry.value) : "NULL"});
    }
  }
  return inputs;
}

/// The report as a console shows it: the kernel's lines, then the functions that were under way.
static std::string splatOf(const ReplayRun &run) {
  std::string text;
  for (const std::string &line : run.report)
    text += line + "\n";
  if (run.callTrace.empty())
    return text;
  text += "Call Trace:\n";
  for (const llvm::Instruction *at : run.callTrace) {
    const std::string place = placeOf(at);
    text += " " + at->getFunction()->getName().str() + (place.empty() ? "" : " (" + place + ")") + "\n";
  }
  return text;
}

/// The line of a report that says what is wrong: of several, the one about the context.
static std::string headline(const std::vector<std::string> &report) {
  const auto line = llvm::find_if(report, [](const std::string &text) { return saysForbidden(text); });
  if (line != report.end())
    return *line;
  return report.empty() ? "the claim holds at the site" : report.front();
}

/// A function that was skipped also gave any result; once is enough.
static bool isRepeated(const Confirmation &confirmed, ShortcutKind kind, llvm::StringRef what) {
  return kind == ShortcutKind::Stub && llvm::any_of(confirmed.shortcuts, [&](const auto &other) {
           return other.second == what &&
                  (other.first == ShortcutKind::SkippedCallee || other.first == ShortcutKind::UnknownTarget);
         });
}

Verdict confirmation(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed) {
  Verdict verdict;
  verdict.result = Verdict::Result::Confirmed;
  verdict.grade = gradeOf(finding, scenario, confirmed.first);
  verdict.reason = headline(confirmed.run.report);
  if (const std::string context = contextAssumption(confirmed.plan); !context.empty())
    verdict.assumptions.push_back(context);
  for (const auto &[kind, what] : confirmed.shortcuts)
    if (!isRepeated(confirmed, kind, what))
      verdict.assumptions.push_back(describe(kind, what));
  verdict.inputs = inputsOf(confirmed.witness);
  verdict.splat = splatOf(confirmed.run);
  return verdict;
}

} // namespace kmem::replay
