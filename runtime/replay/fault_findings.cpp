#include "runtime/replay/fault_findings.h"

#include "runtime/judge/fault_run.h"
#include "runtime/replay/places.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static llvm::StringRef checkOf(Breakage kind) {
  switch (kind) {
  case Breakage::NullDereference:
    return "kmem-fault-null-deref";
  case Breakage::Leak:
    return "kmem-fault-leak";
  case Breakage::DoubleFree:
    return "kmem-fault-double-free";
  }
  __builtin_unreachable();
}

static std::string functionOf(const llvm::Instruction &at) { return at.getFunction()->getName().str(); }

namespace {
class FindingMaker {
public:
  FindingMaker(const Finding &confirmed, const Places &places, const rules::RuleSet &rules)
      : confirmed(confirmed), places(places), rules(rules) {}

  Finding make(const FaultRun &run, const BrokenPlace &broken) const {
    const std::string failing = calleeOf(*run.failing) + " in " + functionOf(*run.failing) + "()";
    Finding finding;
    finding.check = checkOf(broken.kind).str();
    finding.severity = Severity::Error;
    finding.confidence = Confidence::High;
    finding.message = "when " + failing + " fails, " + consequence(broken);
    finding.location = places.location(*broken.at);
    finding.function = functionOf(*broken.at);
    finding.fingerprint = makeFingerprint({finding.check, finding.location.file, finding.function, failing,
                                           places.location(*run.failing).file,
                                           broken.kind == Breakage::Leak ? calleeOf(*broken.at) : ""});
    finding.trace = {step(*run.failing, StepKind::Allocate, calleeOf(*run.failing) + " fails here"),
                     step(*broken.at, StepKind::Site, consequence(broken))};
    finding.verdict = verdictOf(run, broken);
    return finding;
  }

private:
  /// As the source spells it.
  std::string calleeOf(const llvm::Instruction &at) const {
    auto *call = llvm::dyn_cast<llvm::CallBase>(&at);
    const llvm::Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee)
      return "an allocation";
    const rules::FunctionRule *rule = rules.replayFunction(callee->getName());
    if (!rule)
      rule = rules.function(callee->getName());
    return (rule ? rule->spelling : callee->getName().str()) + "()";
  }
  static std::string consequence(const BrokenPlace &broken) {
    switch (broken.kind) {
    case Breakage::NullDereference:
      return "NULL is dereferenced in " + functionOf(*broken.at) + "()";
    case Breakage::Leak:
      return std::to_string(broken.bytes) + " bytes allocated in " + functionOf(*broken.at) +
             "() are lost when the error is returned";
    case Breakage::DoubleFree:
      return "memory is freed twice in " + functionOf(*broken.at) + "()";
    }
    __builtin_unreachable();
  }
  /// Where the kernel itself may notice nothing.
  static std::string whatHappens(Breakage kind) {
    return kind == Breakage::DoubleFree ? "what is released here was released before"
                                        : "nothing that the run can see leads to the memory any more";
  }
  TraceStep step(const llvm::Instruction &at, StepKind kind, std::string message) const {
    return {places.location(at), functionOf(at), kind, std::move(message)};
  }
  /// It happened in a run of the same inputs: what that one rests on, this one does as well.
  Verdict verdictOf(const FaultRun &run, const BrokenPlace &broken) const {
    Verdict verdict;
    verdict.result = Verdict::Result::Confirmed;
    verdict.grade = confirmed.verdict->grade;
    verdict.reason = broken.report.empty() ? whatHappens(broken.kind) : broken.report.front();
    verdict.assumptions = confirmed.verdict->assumptions;
    verdict.assumptions.push_back("after the failure the world answers what is usual");
    verdict.inputs = confirmed.verdict->inputs;
    verdict.inputs.push_back({calleeOf(*run.failing), "fails"});
    for (const std::string &line : broken.report)
      verdict.splat += line + "\n";
    if (!broken.callTrace.empty())
      verdict.splat += "Call Trace:\n";
    for (const llvm::Instruction *at : broken.callTrace)
      verdict.splat += " " + functionOf(*at) + placeInBrackets(*at) + "\n";
    return verdict;
  }
  std::string placeInBrackets(const llvm::Instruction &at) const {
    const ModuleLocation place = places(at);
    return place.line ? " (" + place.file.str() + ":" + std::to_string(place.line) + ")" : "";
  }

  const Finding &confirmed;
  const Places &places;
  const rules::RuleSet &rules;
};
} // namespace

std::vector<Finding> faultFindings(const Finding &finding, const Scenario &scenario, const Confirmation &confirmed,
                                   const ReplayTree &tree, Sources &sources) {
  const Places places(scenario, sources);
  const FindingMaker maker(finding, places, tree.rules);
  std::vector<Finding> findings;
  for (const FaultRun &run : failEachAllocation(confirmed, *scenario.program, tree.profile, tree.rules, tree.values))
    for (const BrokenPlace &broken : run.broken) {
      Finding made = maker.make(run, broken);
      if (llvm::none_of(findings, [&](const Finding &f) { return f.fingerprint == made.fingerprint; }))
        findings.push_back(std::move(made));
    }
  return findings;
}

} // namespace kmem::replay
