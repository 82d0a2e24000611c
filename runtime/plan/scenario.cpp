#include "runtime/plan/scenario.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

#include <ctime>

namespace kmem::replay {

static std::string describe(const SourceLocation &place) {
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

static bool isOf(const llvm::CallBase &call, llvm::StringRef callee) {
  const llvm::Function *called = call.getCalledFunction();
  return callee.empty() ? !called && !call.isInlineAsm() : called && called->getName() == callee;
}

/// All calls at the place; of these the ones of `callee` where there are any.
static llvm::SmallVector<const llvm::CallBase *, 1> callsAt(const llvm::Function &function, const SourceLocation &place,
                                                            llvm::StringRef callee, LocationResolver &locations) {
  llvm::SmallVector<const llvm::CallBase *, 1> there, exact;
  for (const llvm::Instruction &instruction : llvm::instructions(function)) {
    auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (!call || llvm::isa<llvm::IntrinsicInst>(call))
      continue;
    const ModuleLocation at = locations.resolve(*call);
    if (at.line != place.line || at.column != place.column || at.file != place.file)
      continue;
    there.push_back(call);
    if (isOf(*call, callee))
      exact.push_back(call);
  }
  return exact.empty() ? there : exact;
}

llvm::Expected<RouteHop> findHop(const ReplayFunction &function, const SourceLocation &call, llvm::StringRef callee,
                                 Sources &sources) {
  auto unit = sources.load(function.unit);
  if (!unit)
    return unit.takeError();
  const llvm::Function *body = (*unit)->code.module->getFunction(function.function);
  if (!body || body->isDeclaration())
    return llvm::createStringError("the source has moved: no function " + function.function + " in " + function.unit);
  RouteHop hop{body, callsAt(*body, call, callee, *(*unit)->locations)};
  if (hop.calls.empty())
    return llvm::createStringError("the source has moved: no call at " + describe(call) + " in " + function.function +
                                   "()");
  return hop;
}

static ContextCounts countsOf(const kmem::ContextCounts &counts) {
  ContextCounts same{};
  llvm::copy(counts.counts, same.begin());
  return same;
}

/// Whether the site is another function's call by now: what the recipe says of its arguments is not about that one.
static bool isAnother(const RouteHop &site, llvm::StringRef callee) {
  return !callee.empty() && llvm::all_of(site.calls, [&](const llvm::CallBase *call) {
    return call->getCalledFunction() && call->getCalledFunction()->getName() != callee;
  });
}

static llvm::Expected<Stage> pathOf(const ReplayRecipe &recipe, Sources &sources) {
  std::vector<RouteHop> hops;
  Stage stage;
  for (const ReplayHop &step : recipe.hops) {
    auto hop = findHop(step.function, step.call, step.callee, sources);
    if (!hop)
      return hop.takeError();
    if (step.via == HopKind::Site && isAnother(*hop, step.callee))
      return llvm::createStringError("the source has moved: the call at " + describe(step.call) + " is not of " +
                                     step.callee + "()");
    hops.push_back(std::move(*hop));
    stage.contexts.push_back(countsOf(step.context));
  }
  stage.route = std::make_shared<Route>(std::move(hops));
  return stage;
}

/// What is allocated before the path begins: its function, run until that call has succeeded.
static llvm::Expected<Stage> allocationOf(const ReplayAllocation &allocation, Sources &sources) {
  auto hop = findHop(allocation.function, allocation.call, allocation.callee, sources);
  if (!hop)
    return hop.takeError();
  Stage stage;
  stage.contexts.emplace_back();
  stage.route = std::make_shared<Route>(std::vector{std::move(*hop)});
  return stage;
}

static int argumentOf(std::optional<unsigned> argument) { return argument ? int(*argument) : -1; }

namespace {
/// Fills in what a claim says beyond the arguments.
class ClaimReader {
public:
  ClaimReader(const rules::RuleSet &rules, Target &target) : rules(rules), target(target) {}

  void operator()(const SleepClaim &) { target.kind = TargetKind::Sleep; }
  void operator()(const SizeClaim &claim) {
    target.kind = TargetKind::Size;
    target.limit = claim.limit;
    target.noneOf = claim.quietBits;
    if (claim.isOrder)
      target.sizes.clear();
  }
  void operator()(const GfpClaim &claim) {
    target.kind = TargetKind::Gfp;
    target.allOf = claim.allBits;
    target.noneOf = claim.noneBits;
    target.minOrder = int(claim.minOrder);
  }
  void operator()(const FreeClaim &claim) {
    target.kind = TargetKind::Free;
    target.acceptsErrorPointer = claim.mismatch != FreeMismatch::ErrorPointer;
    for (const std::string &family : claim.accepts) {
      accept(family);
      if (const rules::FamilyRule *rule = rules.family(family))
        for (const std::string &covered : rule->covers)
          accept(covered);
    }
    if (claim.mismatch != FreeMismatch::Cache)
      target.cache = -1;
    if (claim.mismatch != FreeMismatch::Order)
      target.order = -1;
    if (claim.mismatch != FreeMismatch::Size)
      target.size = -1;
  }

private:
  void accept(llvm::StringRef family) {
    for (size_t i = 0; i < rules.families.size(); ++i)
      if (rules.families[i].name == family)
        target.accepted.push_back(uint32_t(i + 1));
  }

  const rules::RuleSet &rules;
  Target &target;
};
} // namespace

static Target targetOf(const ReplayTarget &recipe, const rules::RuleSet &rules) {
  Target target;
  for (unsigned size : recipe.arguments.size)
    target.sizes.push_back(int(size));
  target.order = argumentOf(recipe.arguments.order);
  target.gfp = argumentOf(recipe.arguments.gfp);
  target.pointer = argumentOf(recipe.arguments.pointer);
  target.cache = argumentOf(recipe.arguments.cache);
  target.size = recipe.arguments.size.size() == 1 ? int(recipe.arguments.size.front()) : -1;
  std::visit(ClaimReader(rules, target), recipe.claim);
  return target;
}

/// The units whose code the path may enter, without doubles.
static std::vector<std::string> unitsOf(const ReplayRecipe &recipe) {
  std::set<std::string> units;
  for (const ReplayHop &hop : recipe.hops)
    units.insert(hop.function.unit);
  for (const ReplayAcquisition &acquisition : recipe.entersContext)
    units.insert(acquisition.function.unit);
  if (recipe.allocation) {
    units.insert(recipe.allocation->function.unit);
    for (const ReplayFunction &between : recipe.allocation->returnedBy)
      units.insert(between.unit);
  }
  return {units.begin(), units.end()};
}

static std::set<std::string> namesOf(const ReplayRecipe &recipe) {
  std::set<std::string> names;
  for (const ReplayAcquisition &acquisition : recipe.entersContext) {
    names.insert(acquisition.function.function);
    names.insert(acquisition.callee);
  }
  if (recipe.allocation) {
    names.insert(recipe.allocation->function.function);
    for (const ReplayFunction &between : recipe.allocation->returnedBy)
      names.insert(between.function);
  }
  // What made the memory may come past the site itself.
  if (recipe.allocation && recipe.allocation->place == AllocationPlace::Earlier)
    for (const ReplayHop &hop : recipe.hops)
      names.insert(hop.function.function);
  return names;
}

llvm::Expected<Scenario> makeScenario(const Finding &finding, const rules::RuleSet &rules, Sources &sources) {
  if (!finding.replay)
    return llvm::createStringError("the finding has no recipe for a replay");
  const ReplayRecipe &recipe = *finding.replay;
  const std::clock_t begun = std::clock();
  Scenario scenario;
  scenario.units = unitsOf(recipe);
  for (const std::string &name : scenario.units) {
    auto unit = sources.load(name);
    if (!unit)
      return unit.takeError();
    scenario.modules.push_back((*unit)->code.module.get());
  }
  if (recipe.allocation && recipe.allocation->place == AllocationPlace::Earlier) {
    auto stage = allocationOf(*recipe.allocation, sources);
    if (!stage)
      return stage.takeError();
    scenario.stages.push_back(std::move(*stage));
    scenario.heldFields = recipe.allocation->stores;
  }
  auto path = pathOf(recipe, sources);
  if (!path)
    return path.takeError();
  scenario.stages.push_back(std::move(*path));
  scenario.program = std::make_unique<Program>(scenario.modules);
  scenario.target = targetOf(recipe.target, rules);
  scenario.named = namesOf(recipe);
  scenario.seconds = double(std::clock() - begun) / CLOCKS_PER_SEC;
  return scenario;
}

} // namespace kmem::replay
