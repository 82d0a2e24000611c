// Every site that a check looks at, right or wrong, as a finding of low confidence: what replay is tested with, and
// what a user can ask for who trusts a run more than a judgement. Of the paths to a site, the one in the strictest
// context is taken.
#include "checker/checks/checks.h"
#include "checker/checks/claims.h"
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <set>

namespace kmem::checks {

using namespace link;

/// A function on its own is followed to its callers this far up.
static constexpr unsigned maxCallersAbove = 6;

namespace {

class Suspicions {
public:
  Suspicions(const Program &program, llvm::function_ref<bool(llvm::StringRef)> enabled)
      : program(program), enabled(enabled), walk(program), provenance(program), taint(program) {}

  std::vector<Finding> run();

private:
  using Place = std::pair<FunctionId, uint32_t>;

  void keepStrictest(const SiteVisit &site);
  void suspect(FunctionId id, uint32_t call, std::vector<Finding> &findings);
  Path pathTo(FunctionId id, uint32_t call) const;
  Path startedHigher(Path path) const;
  Finding describe(const Accusation &accusation, const Path &path) const;
  void addOrigin(Finding &finding, const Path &path, FreeClaim claim);
  void addSource(Finding &finding, FunctionId id, uint32_t call, const ReplayClaim &claim);

  const Program &program;
  llvm::function_ref<bool(llvm::StringRef)> enabled;
  ContextWalk walk;
  Provenance provenance;
  Taint taint;
  std::map<Place, Path> strictest;
};

} // namespace

/// How much the context at a site forbids.
static int strictnessOf(const Path &path) {
  const Hop &site = path.site();
  return llvm::popcount(unsigned(site.context.after(site.state->delta).components().raw()));
}

/// Cheapest paths come first: a later one must be stricter.
void Suspicions::keepStrictest(const SiteVisit &site) {
  auto [kept, isNew] = strictest.try_emplace({site.call.function, site.call.call});
  if (!isNew && llvm::popcount(unsigned(site.context.components().raw())) <= strictnessOf(kept->second))
    return;
  kept->second = pathOf({program, walk}, site);
}

/// The callers of a function on its own decide what it is called with. Any of them will do.
Path Suspicions::startedHigher(Path path) const {
  for (unsigned above = 0; above < maxCallersAbove && path.entry < 0; ++above) {
    FunctionId root = path.hops.front().function;
    const CallRef *caller = llvm::find_if(program.callers(root), [&](const CallRef &ref) {
      return llvm::none_of(path.hops, [&](const Hop &hop) { return hop.function == ref.function; });
    });
    if (caller == program.callers(root).end())
      break;
    const summary::PathState *state = &program.function(caller->function).summary.calls[caller->call].states.front();
    path.hops.insert(path.hops.begin(), {caller->function, {}, caller->call, state});
    path.entry = entryInProcess(program, caller->function);
  }
  followContext(path);
  return path;
}

Path Suspicions::pathTo(FunctionId id, uint32_t call) const {
  auto walked = strictest.find({id, call});
  if (walked == strictest.end())
    return startedHigher(pathOf(program, CallRef{id, call}, &program.function(id).summary.calls[call].states.front()));
  bool atomicEntry = walked->second.hops.front().context.atomic();
  return atomicEntry ? walked->second : startedHigher(walked->second);
}

static std::vector<TraceStep> traceOf(const Program &program, const Path &path, const std::string &siteMessage) {
  std::vector<TraceStep> trace;
  for (size_t i = 0; i < path.hops.size(); ++i) {
    const Hop &hop = path.hops[i];
    const Function &f = program.function(hop.function);
    bool atSite = i + 1 == path.hops.size();
    std::string message = atSite ? siteMessage : "calls " + program.symbol(path.hops[i + 1].function).str() + "()";
    trace.push_back({locationOf(program, f, f.summary.calls[hop.call].where), program.symbol(hop.function).str(),
                     atSite ? StepKind::Site : StepKind::Call, std::move(message)});
  }
  return trace;
}

Finding Suspicions::describe(const Accusation &accusation, const Path &path) const {
  const Hop &site = path.site();
  const Function &f = program.function(site.function);
  std::string callee = spellingOf(program, f, site.call) + "()";
  ContextSet context = site.context.after(site.state->delta).components();
  Finding finding;
  finding.check = accusation.check.str();
  finding.severity = Severity::Warning;
  finding.confidence = Confidence::Low;
  finding.message = "only suspected: " + callee + " " + accusation.text;
  finding.location = locationOf(program, f, f.summary.calls[site.call].where);
  finding.function = program.symbol(site.function).str();
  if (std::holds_alternative<SleepClaim>(accusation.claim) && !context.empty())
    finding.context = kmem::describe(context);
  finding.fingerprint =
      makeFingerprint({finding.check, "suspected", causeAt(program, site.function, site.call), accusation.text});
  finding.trace = traceOf(program, path, callee + " is called");
  finding.replay = recipeOf(program, path, accusation.claim);
  return finding;
}

/// Of several kinds of memory that may be released, the most tempting one: what the release does not take.
void Suspicions::addOrigin(Finding &finding, const Path &path, FreeClaim claim) {
  const Hop &site = path.site();
  const rules::FreeRule &free = *program.function(site.function).calls[site.call].rule->free;
  if (size_t(free.arg) >= site.state->arguments.size())
    return;
  Origins origins = provenance.of(site.function, site.state->arguments[size_t(free.arg)], /*intoCallers=*/true);
  if (origins.known.empty())
    return;
  auto tempting = llvm::find_if(origins.known, [&](const AllocationOrigin &origin) {
    return !llvm::is_contained(free.families, origin.alloc->family);
  });
  const AllocationOrigin &origin = tempting == origins.known.end() ? origins.known.front() : *tempting;
  claim.family = origin.alloc->family;
  finding.replay->target.claim = std::move(claim);
  finding.replay->allocation = allocationOf(program, path, origin);
}

/// A size that an outsider chooses is replayed from where it comes in.
void Suspicions::addSource(Finding &finding, FunctionId id, uint32_t call, const ReplayClaim &claim) {
  const Function &f = program.function(id);
  for (const summary::PathState &state : f.summary.calls[call].states)
    for (int argument : f.calls[call].rule->alloc->size) {
      if (size_t(argument) >= state.arguments.size())
        continue;
      Flow flow = taint.flowOf(id, state.arguments[size_t(argument)], state);
      if (!flow.origin)
        continue;
      Path path = pathOf(program, callsFrom(*flow.origin, {id, call}), &state);
      finding.replay = recipeOf(program, path, claim);
      finding.replay->source = sourceOf(program, *flow.origin);
      finding.trace = traceOf(program, path, finding.trace.back().message);
      return;
    }
}

void Suspicions::suspect(FunctionId id, uint32_t call, std::vector<Finding> &findings) {
  for (const Accusation &accusation : accusationsOf(program, *program.function(id).calls[call].rule)) {
    if (!enabled(accusation.check))
      continue;
    Path path = pathTo(id, call);
    Finding finding = describe(accusation, path);
    if (const auto *claim = std::get_if<FreeClaim>(&accusation.claim))
      addOrigin(finding, path, *claim);
    if (accusation.check == "kmem-unbounded-kmalloc")
      addSource(finding, id, call, accusation.claim);
    findings.push_back(std::move(finding));
  }
}

std::vector<Finding> Suspicions::run() {
  walk.run([&](const SiteVisit &site) { keepStrictest(site); });
  std::vector<Finding> findings;
  for (FunctionId id = 0; id < program.functions().size(); ++id) {
    const Function &f = program.function(id);
    for (uint32_t call = 0; call < f.calls.size(); ++call)
      if (f.calls[call].rule && !f.summary.calls[call].states.empty() && !f.summary.calls[call].dying)
        suspect(id, call, findings);
  }
  return findings;
}

} // namespace kmem::checks

namespace kmem {

/// A site of one check: where it is and what is claimed there. A header's inline may be several functions of the
/// program.
using CheckedSite = std::tuple<std::string, SourceLocation, std::string, size_t>;

static CheckedSite siteOf(const Finding &finding) {
  const ReplayRecipe &recipe = *finding.replay;
  bool several = std::holds_alternative<GfpClaim>(recipe.target.claim);
  std::string which = several ? std::get<GfpClaim>(recipe.target.claim).why : "";
  return {finding.check, recipe.hops.back().call, recipe.target.callee + which, recipe.target.claim.index()};
}

std::vector<Finding> suspectedSites(const link::Program &program, llvm::function_ref<bool(llvm::StringRef)> enabled,
                                    llvm::ArrayRef<Finding> reported) {
  std::set<CheckedSite> known;
  for (const Finding &finding : reported)
    known.insert(siteOf(finding));
  std::vector<Finding> suspicions;
  for (Finding &finding : checks::Suspicions(program, enabled).run())
    if (known.insert(siteOf(finding)).second)
      suspicions.push_back(std::move(finding));
  llvm::stable_sort(suspicions, reportOrder);
  return suspicions;
}

} // namespace kmem
