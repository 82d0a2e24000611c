// kmem-mismatched-free: memory released by a function that does not take its kind, with another cache, order or size
// than it was allocated with, through a pointer into its middle, or through an error code.
//
// A free site is judged together with the other free sites of the same pointer in its function: `is_vmalloc_addr(p) ?
// vfree(p) : kfree(p)` is one release that takes both kinds.
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"
#include "checker/link/provenance.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

namespace kmem::checks {

using namespace link;
using summary::Expr;
using summary::ExprId;
using summary::ExprKind;

/// A parameter's callers are asked this many calls up.
static constexpr unsigned maxCallerHops = 3;
/// Functions called from more places than this are general helpers: what they free is not judged by caller.
static constexpr size_t maxCallersJudged = 64;
/// A field that holds more kinds of memory than this is not judged as a whole.
static constexpr size_t maxKindsOfField = 2;

namespace {

/// One call that frees, in one state of its paths.
struct FreeSite {
  CallRef call;
  const summary::PathState *state;
  const rules::FunctionRule *rule;
  ExprId pointer() const { return state->arguments[size_t(rule->free->arg)]; }
};

struct Mismatch {
  FreeMismatch kind;
  std::string why;
  AllocationOrigin origin;
  Confidence confidence = Confidence::High;
};

class MismatchedFree final : public Check {
public:
  explicit MismatchedFree(CheckInput input)
      : Check(input), provenance(input.program), maxErrno(uint64_t(input.program.value("MAX_ERRNO").value_or(0))) {
    findImplementers();
  }

  std::vector<Finding> finish() override;

private:
  void judgeFunction(FunctionId id);
  void judgeSite(const FreeSite &site, const std::vector<FreeSite> &siblings);
  void judgeCleanup(const FreeSite &site, int parameter, const llvm::StringSet<> &accepted);
  void judgeCallers(const FreeSite &site, FunctionId callee, ExprId pointer, const llvm::StringSet<> &accepted,
                    std::vector<CallRef> chain);
  std::optional<Mismatch> judge(const FreeSite &site, const Origins &origins, const llvm::StringSet<> &accepted,
                                CallRef at, const summary::PathState &state);
  std::optional<Mismatch> wrongFamily(const FreeSite &site, const Origins &origins, const llvm::StringSet<> &accepted);
  std::optional<Mismatch> wrongPlace(const FreeSite &site, const AllocationOrigin &origin);
  std::optional<Mismatch> wrongAmount(const FreeSite &site, const AllocationOrigin &origin);
  bool isErrorPointer(const FreeSite &site, const AllocationOrigin &origin) const;
  std::string cacheIdentity(FunctionId in, ExprId cache) const;
  std::optional<int64_t> constantArgument(CallRef call, int argument) const;
  ReplayRecipe recipeFor(const FreeSite &site, const Mismatch &mismatch, const std::vector<CallRef> &chain) const;
  void report(const FreeSite &site, const Mismatch &mismatch, const std::vector<CallRef> &chain);
  std::string describeOrigin(const AllocationOrigin &origin) const;

  void judgeFields();
  void findImplementers();
  void noteRelease(FunctionId in, ExprId pointer, const FreeSite &site, const llvm::StringSet<> &accepted);
  llvm::StringRef fileOf(FunctionId id) const;

  /// The direct releases of a field, and the kinds that these and the callees it is passed to take.
  struct Releases {
    std::vector<FreeSite> sites;
    llvm::StringSet<> accepted;
  };
  std::map<NameKey, Releases> releases;
  llvm::StringSet<> implementers; ///< source files that define a release: they know what they hold
  Provenance provenance;
  uint64_t maxErrno;
  RootCauses causes;
};

} // namespace

static bool sameValue(const Function &f, ExprId a, ExprId b) {
  const Expr &left = f.summary.exprs[a], &right = f.summary.exprs[b];
  bool loads = left.kind == right.kind && (left.kind == ExprKind::FieldLoad || left.kind == ExprKind::GlobalLoad);
  return a == b || (loads && left.name == right.name);
}

static llvm::StringSet<> acceptedBy(const Function &f, const FreeSite &site, const std::vector<FreeSite> &siblings) {
  llvm::StringSet<> accepted;
  for (const FreeSite &sibling : siblings)
    if (sameValue(f, site.pointer(), sibling.pointer()))
      for (const std::string &family : sibling.rule->free->families)
        accepted.insert(family);
  return accepted;
}

/// Whether a release takes an allocation: its family, or each kind that family may turn out to be.
static bool takes(const rules::RuleSet &rules, const llvm::StringSet<> &accepted, const std::string &family) {
  if (accepted.contains(family))
    return true;
  const rules::FamilyRule *rule = rules.family(family);
  return rule && !rule->covers.empty() &&
         llvm::all_of(rule->covers, [&](const std::string &kind) { return accepted.contains(kind); });
}

/// What an allocator does inside is its own affair.
static bool isAllocatorItself(const Function &f) { return f.rule && (f.rule->free || f.rule->alloc || f.rule->opaque); }

void MismatchedFree::findImplementers() {
  for (FunctionId id = 0; id < input.program.functions().size(); ++id) {
    const Function &f = input.program.function(id);
    if (f.rule && f.rule->free && !f.summary.isStatic)
      implementers.insert(fileOf(id));
  }
}

std::vector<Finding> MismatchedFree::finish() {
  for (FunctionId id = 0; id < input.program.functions().size(); ++id)
    judgeFunction(id);
  judgeFields();
  return causes.take();
}

static size_t kindsIn(const Origins &origins) {
  llvm::StringSet<> families;
  for (const AllocationOrigin &origin : origins.known)
    families.insert(origin.alloc->family);
  return families.size();
}

/// A field that holds two kinds of memory, one of which no release of the field takes: whoever releases it forgot that
/// kind.
void MismatchedFree::judgeFields() {
  for (const auto &[field, released] : releases) {
    if (released.sites.empty())
      continue;
    Origins origins = provenance.inField(field);
    for (const AllocationOrigin &origin : origins.known) {
      if (takes(input.program.rules(), released.accepted, origin.alloc->family))
        continue;
      // Elsewhere the field is a generic container; what comes through other hands may be known there.
      if (fileOf(origin.call.function) != fileOf(released.sites.front().call.function) ||
          origin.lastStore().function != origin.call.function || kindsIn(origins) > maxKindsOfField)
        continue;
      const rules::FamilyRule *family = input.program.rules().family(origin.alloc->family);
      Mismatch mismatch{
          FreeMismatch::Family,
          "memory that may be from " + describeOrigin(origin) +
              (family && !family->release.empty() ? ", which nothing releases with " + family->release + "()" : ""),
          origin, Confidence::Medium};
      report(released.sites.front(), mismatch, {});
    }
  }
}

llvm::StringRef MismatchedFree::fileOf(FunctionId id) const {
  const Function &f = input.program.function(id);
  return input.program.name(f, f.summary.where.file);
}

/// Remembers which kinds the releases of a field take, here or in a callee it is passed to.
void MismatchedFree::noteRelease(FunctionId in, ExprId pointer, const FreeSite &site,
                                 const llvm::StringSet<> &accepted) {
  const Function &f = input.program.function(in);
  const Expr &e = f.summary.exprs[pointer];
  if (e.kind != ExprKind::FieldLoad)
    return;
  Releases &known = releases[f.names[e.name]];
  if (in == site.call.function)
    known.sites.push_back(site);
  for (const auto &entry : accepted)
    known.accepted.insert(entry.getKey());
}

void MismatchedFree::judgeFunction(FunctionId id) {
  const Function &f = input.program.function(id);
  if (isAllocatorItself(f) || implementers.contains(fileOf(id)))
    return;
  std::vector<FreeSite> sites;
  for (uint32_t i = 0; i < f.calls.size(); ++i) {
    const rules::FunctionRule *rule = f.calls[i].rule;
    if (!rule || !rule->free)
      continue;
    for (const summary::PathState &state : f.summary.calls[i].states)
      if (size_t(rule->free->arg) < state.arguments.size())
        sites.push_back({{id, i}, &state, rule});
  }
  for (const FreeSite &site : sites)
    judgeSite(site, sites);
}

/// The parameter a pointer is, moved or not; -1 when it is something else.
static int parameterBehind(const Function &f, ExprId pointer) {
  const Expr *e = &f.summary.exprs[pointer];
  while (e->kind == ExprKind::PointerAdd || e->kind == ExprKind::FieldAddress)
    e = &f.summary.exprs[e->a];
  return e->kind == ExprKind::Parameter ? int(e->value) : -1;
}

/// The parameter whose pointee a pointer is, as in a cleanup function; -1 when it is something else.
static int pointeeBehind(const Function &f, ExprId pointer) {
  const Expr &e = f.summary.exprs[pointer];
  bool pointee = e.kind == ExprKind::PointeeLoad && f.summary.exprs[e.a].kind == ExprKind::Parameter;
  return pointee ? int(f.summary.exprs[e.a].value) : -1;
}

/// The guard without what it says of the pointer itself: that it is not NULL goes without saying.
static summary::Guard guardApartFrom(const Function &f, const summary::Guard &guard, int parameter) {
  summary::Guard rest;
  for (const summary::Atom &atom : guard) {
    const Expr &e = f.summary.exprs[atom.value];
    bool isPointer = (e.kind == ExprKind::Parameter && e.value == parameter) ||
                     (e.kind == ExprKind::Compare && f.summary.exprs[e.a].kind == ExprKind::Parameter &&
                      f.summary.exprs[e.a].value == parameter);
    if (!isPointer)
      rest.push_back(atom);
  }
  return rest;
}

void MismatchedFree::judgeSite(const FreeSite &site, const std::vector<FreeSite> &siblings) {
  const Function &f = input.program.function(site.call.function);
  llvm::StringSet<> accepted = acceptedBy(f, site, siblings);
  if (parameterBehind(f, site.pointer()) >= 0)
    return judgeCallers(site, site.call.function, site.pointer(), accepted, {});
  if (int parameter = pointeeBehind(f, site.pointer()); parameter >= 0)
    return judgeCleanup(site, parameter, accepted);
  noteRelease(site.call.function, site.pointer(), site, accepted);
  Origins origins = provenance.of(site.call.function, site.pointer(), false);
  if (std::optional<Mismatch> mismatch = judge(site, origins, accepted, site.call, *site.state))
    report(site, *mismatch, {});
}

void MismatchedFree::judgeCallers(const FreeSite &site, FunctionId callee, ExprId pointer,
                                  const llvm::StringSet<> &accepted, std::vector<CallRef> chain) {
  const Function &f = input.program.function(callee);
  int parameter = parameterBehind(f, pointer);
  llvm::ArrayRef<CallRef> callers = input.program.callers(callee);
  if (chain.size() >= maxCallerHops || callers.size() > maxCallersJudged)
    return;
  int64_t offset = 0;
  for (const Expr *e = &f.summary.exprs[pointer]; e->kind != ExprKind::Parameter; e = &f.summary.exprs[e->a])
    offset += e->value;
  for (const CallRef &ref : callers) {
    const Function &caller = input.program.function(ref.function);
    if (isAllocatorItself(caller))
      continue;
    for (const summary::PathState &state : caller.summary.calls[ref.call].states) {
      if (size_t(parameter) >= state.arguments.size())
        continue;
      Binding binding; // a flag that the caller fixes may decide which release it is
      for (size_t i = 0; i < state.arguments.size() && i < 32; ++i)
        if (Value v = input.walk.evaluation().evaluate(ref.function, state.arguments[i], {}, {}); !v.isUnknown())
          binding.push_back({uint8_t(i), v});
      if (chain.empty() && input.walk.evaluation().holds(callee, guardApartFrom(f, site.state->guard, parameter),
                                                         binding, {}) != Truth::Yes)
        continue;
      std::vector<CallRef> longer = chain;
      longer.push_back(ref);
      ExprId argument = state.arguments[size_t(parameter)];
      if (parameterBehind(caller, argument) >= 0) {
        if (offset == 0)
          judgeCallers(site, ref.function, argument, accepted, longer);
        continue;
      }
      noteRelease(ref.function, argument, site, accepted);
      Origins origins = provenance.of(ref.function, argument, false);
      for (AllocationOrigin &origin : origins.known)
        origin.offset += offset;
      if (std::optional<Mismatch> mismatch = judge(site, origins, accepted, ref, state))
        report(site, *mismatch, longer);
    }
  }
}

/// __free(kfree): the release sees the address of the variable.
void MismatchedFree::judgeCleanup(const FreeSite &site, int parameter, const llvm::StringSet<> &accepted) {
  for (const CallRef &ref : input.program.callers(site.call.function)) {
    const Function &caller = input.program.function(ref.function);
    const summary::PathState &state = caller.summary.calls[ref.call].states.front();
    if (size_t(parameter) >= state.arguments.size())
      continue;
    const Expr &variable = caller.summary.exprs[state.arguments[size_t(parameter)]];
    if (variable.kind != ExprKind::SlotAddress)
      continue;
    Origins origins = provenance.inSlot(ref.function, uint32_t(variable.value));
    if (std::optional<Mismatch> mismatch = wrongFamily(site, origins, accepted))
      report(site, *mismatch, {ref});
  }
}

std::string MismatchedFree::describeOrigin(const AllocationOrigin &origin) const {
  const Function &f = input.program.function(origin.call.function);
  return spellingOf(input.program, f, origin.call.call) + "()";
}

std::optional<Mismatch> MismatchedFree::wrongFamily(const FreeSite &site, const Origins &origins,
                                                    const llvm::StringSet<> &accepted) {
  const AllocationOrigin *wrong = nullptr;
  bool anyRight = false, throughField = false;
  // One allocation of this very function needs no second opinion; a kind decided at run time does.
  bool single = origins.known.size() == 1 && !origins.known.front().throughField;
  const rules::RuleSet &ruleSet = input.program.rules();
  for (const AllocationOrigin &origin : origins.known) {
    const rules::FamilyRule *family = ruleSet.family(origin.alloc->family);
    bool alone = single && (!family || family->covers.empty());
    bool right = alone ? llvm::is_contained(site.rule->free->families, origin.alloc->family)
                       : takes(ruleSet, accepted, origin.alloc->family);
    anyRight |= right || origin.offset != 0; // a member of it is not what is released here
    throughField |= origin.throughField;
    if (!right && !wrong && origin.offset == 0)
      wrong = &origin;
  }
  // What a field holds may depend on its object; what a local holds is decided here.
  if (!wrong || (throughField && anyRight) || (origins.unknown && (throughField || anyRight)))
    return std::nullopt;
  const rules::FamilyRule *family = input.program.rules().family(wrong->alloc->family);
  std::string release = family && !family->release.empty() ? "; release it with " + family->release + "()" : "";
  Confidence confidence = anyRight || throughField || origins.unknown ? Confidence::Medium : Confidence::High;
  return Mismatch{FreeMismatch::Family, "memory from " + describeOrigin(*wrong) + release, *wrong, confidence};
}

std::optional<Mismatch> MismatchedFree::wrongPlace(const FreeSite &site, const AllocationOrigin &origin) {
  bool looked = llvm::any_of(site.state->ranges, [&](const summary::ArgumentRange &range) {
    return range.argument == site.rule->free->arg && range.checked;
  });
  if (origin.stepped && !looked && !origin.throughField)
    return Mismatch{FreeMismatch::Moved, "a pointer that was moved since " + describeOrigin(origin) + " returned it",
                    origin, Confidence::Medium};
  if (!origin.stepped && origin.offset != 0 && !origin.throughField)
    return Mismatch{FreeMismatch::Interior,
                    "a pointer " + std::to_string(origin.offset) + " bytes into the memory from " +
                        describeOrigin(origin),
                    origin, Confidence::High};
  return std::nullopt;
}

std::string MismatchedFree::cacheIdentity(FunctionId in, ExprId cache) const {
  const Function &f = input.program.function(in);
  const Expr &e = f.summary.exprs[cache];
  switch (e.kind) {
  case ExprKind::GlobalLoad:
  case ExprKind::GlobalAddress:
    return "global " + input.program.name(f, e.name).str();
  case ExprKind::FieldLoad:
  case ExprKind::FieldAddress:
    return "field " + input.program.name(f, e.name).str();
  default:
    return "";
  }
}

std::optional<int64_t> MismatchedFree::constantArgument(CallRef call, int argument) const {
  const Function &f = input.program.function(call.function);
  const auto &states = f.summary.calls[call.call].states;
  if (argument < 0 || states.size() != 1 || size_t(argument) >= states.front().arguments.size())
    return std::nullopt;
  Value v = input.walk.evaluation().evaluate(call.function, states.front().arguments[size_t(argument)], {}, {});
  return v.isConstant() ? std::optional(int64_t(v.ones)) : std::nullopt;
}

std::optional<Mismatch> MismatchedFree::wrongAmount(const FreeSite &site, const AllocationOrigin &origin) {
  const rules::FreeRule &rule = *site.rule->free;
  const rules::AllocRule &alloc = *origin.alloc;
  auto differs = [&](int freed, int allocated) {
    auto a = constantArgument(site.call, freed), b = constantArgument(origin.call, allocated);
    return a && b && *a != *b;
  };
  if (differs(rule.order, alloc.order))
    return Mismatch{FreeMismatch::Order, "another order than " + describeOrigin(origin) + " was given", origin,
                    Confidence::High};
  if (alloc.size.size() == 1 && differs(rule.size, alloc.size.front()))
    return Mismatch{FreeMismatch::Size, "another size than " + describeOrigin(origin) + " was given", origin,
                    Confidence::High};
  if (rule.cache < 0 || alloc.cache < 0)
    return std::nullopt;
  const auto &states = input.program.function(origin.call.function).summary.calls[origin.call.call].states;
  if (states.empty() || size_t(alloc.cache) >= states.front().arguments.size() ||
      size_t(rule.cache) >= site.state->arguments.size())
    return std::nullopt;
  std::string from = cacheIdentity(origin.call.function, states.front().arguments[size_t(alloc.cache)]);
  std::string to = cacheIdentity(site.call.function, site.state->arguments[size_t(rule.cache)]);
  if (from.empty() || to.empty() || from == to || from[0] != to[0])
    return std::nullopt;
  return Mismatch{FreeMismatch::Cache,
                  "an object of another cache: it is from " +
                      llvm::StringRef(from).split(' ').second.split('@').first.str(),
                  origin, from[0] == 'g' ? Confidence::High : Confidence::Medium};
}

/// Errors are addresses in the last page: a path that may still carry one must not free it.
bool MismatchedFree::isErrorPointer(const FreeSite &site, const AllocationOrigin &origin) const {
  if (!origin.alloc->errPtr || site.rule->free->acceptsErrPtr || origin.throughField || !maxErrno)
    return false;
  const Function &f = input.program.function(site.call.function);
  const Expr &pointer = f.summary.exprs[site.pointer()];
  if (pointer.kind != ExprKind::CallResult || origin.call.function != site.call.function)
    return false;
  for (const summary::ArgumentRange &range : site.state->ranges)
    if (range.argument == site.rule->free->arg)
      return range.low >= ~uint64_t(0) - maxErrno + 1;
  return true; // no path here tells an error from memory
}

std::optional<Mismatch> MismatchedFree::judge(const FreeSite &site, const Origins &origins,
                                              const llvm::StringSet<> &accepted, CallRef at,
                                              const summary::PathState &state) {
  if (std::optional<Mismatch> mismatch = wrongFamily(site, origins, accepted))
    return mismatch;
  if (origins.unknown || origins.known.size() != 1)
    return std::nullopt;
  const AllocationOrigin &origin = origins.known.front();
  // Which object a caller's member belongs to may hang on a flag in it; what this function computes does not.
  if (std::optional<Mismatch> mismatch = wrongPlace(site, origin); mismatch && at == site.call)
    return mismatch;
  if (std::optional<Mismatch> mismatch = wrongAmount(site, origin))
    return mismatch;
  if (isErrorPointer(site, origin))
    return Mismatch{FreeMismatch::ErrorPointer, "what may be an error code from " + describeOrigin(origin), origin,
                    Confidence::Medium};
  return std::nullopt;
}

ReplayRecipe MismatchedFree::recipeFor(const FreeSite &site, const Mismatch &mismatch,
                                       const std::vector<CallRef> &chain) const {
  std::vector<CallRef> calls(chain.rbegin(), chain.rend());
  calls.push_back(site.call);
  Path path = pathOf(input.program, calls, site.state);
  FreeClaim claim{mismatch.kind, site.rule->free->families, mismatch.origin.alloc->family,
                  mismatch.kind == FreeMismatch::Interior ? mismatch.origin.offset : 0};
  ReplayRecipe recipe = recipeOf(input.program, path, std::move(claim));
  recipe.allocation = allocationOf(input.program, path, mismatch.origin);
  return recipe;
}

void MismatchedFree::report(const FreeSite &site, const Mismatch &mismatch, const std::vector<CallRef> &chain) {
  const Program &program = input.program;
  const Function &f = program.function(site.call.function);
  const Function &allocator = program.function(mismatch.origin.call.function);
  std::string callee = spellingOf(program, f, site.call.call);
  // A release in a header is everybody's: the place to look at is its caller.
  bool inHeader = f.summary.inHeader && !chain.empty();
  CallRef blamed = inHeader ? chain.front() : site.call;
  const Function &place = program.function(blamed.function);
  std::string cause = causeAt(program, blamed.function, blamed.call);
  if (!causes.isNew(cause))
    return;
  Finding finding;
  finding.check = "kmem-mismatched-free";
  finding.confidence = mismatch.confidence;
  finding.severity = mismatch.confidence == Confidence::High ? Severity::Error : Severity::Warning;
  finding.message = callee + "() of " + mismatch.why;
  finding.location = locationOf(program, place, place.summary.calls[blamed.call].where);
  finding.function = program.symbol(blamed.function).str();
  finding.fingerprint = makeFingerprint({finding.check, cause, mismatch.why});
  auto step = [&](const Function &in, const summary::Location &where, StepKind kind, std::string message) {
    finding.trace.push_back(
        {locationOf(program, in, where), program.name(in, in.summary.symbol).str(), kind, std::move(message)});
  };
  step(allocator, allocator.summary.calls[mismatch.origin.call.call].where, StepKind::Allocate,
       "allocated by " + describeOrigin(mismatch.origin) + " here");
  if (StoreRef last = mismatch.origin.lastStore(); last.function != noFunction) {
    const Function &storer = program.function(last.function);
    const summary::Store &store = storer.summary.stores[last.store];
    step(storer, store.where, StepKind::Store, "stored in " + program.name(storer, store.name).split('@').first.str());
  }
  for (const CallRef &hop : llvm::reverse(chain)) {
    const Function &caller = program.function(hop.function);
    step(caller, caller.summary.calls[hop.call].where, StepKind::Call,
         "passed to " + spellingOf(program, caller, hop.call) + "()");
  }
  step(f, f.summary.calls[site.call.call].where, StepKind::Free, "released by " + callee + "()");
  finding.replay = recipeFor(site, mismatch, chain);
  causes.add({cause}, std::move(finding));
}

std::unique_ptr<Check> makeMismatchedFree(CheckInput input) { return std::make_unique<MismatchedFree>(input); }

} // namespace kmem::checks
