// kmem-atomic-gfp, kmem-atomic-vmalloc, kmem-atomic-sleep: a call that may sleep where the context forbids it. One
// class, because a lock held around a call that sleeps in several ways is one bug, not three.
#include "checker/checks/claims.h"
#include "checker/checks/gfp_text.h"
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"

#include "llvm/ADT/StringSet.h"

namespace kmem::checks {

using namespace link;

/// Calls from the lock or the handler to the site beyond which a path is not reported; each doubt shortens them. What a
/// handler does depends on more state than what stands between lock and unlock.
static constexpr unsigned maxReach = 10, callsPerDoubt = 3;
/// A handler's mistakes this many calls away are told apart by the function they are in; further ones by its own call.
static constexpr unsigned nearCalls = 2;

namespace {

/// Why a call may sleep.
struct Sleep {
  llvm::StringRef check;
  int gfpArgument = rules::noArgument;
  std::string how; ///< "with GFP_KERNEL"; empty when it always may
};

class AtomicCheck final : public Check {
public:
  AtomicCheck(CheckInput input, llvm::StringSet<> enabled)
      : Check(input), enabled(std::move(enabled)),
        directReclaim(uint64_t(input.program.value("__GFP_DIRECT_RECLAIM").value_or(0))) {}

  void visit(const SiteVisit &site) override {
    if (!site.context.atomic())
      return;
    std::optional<Sleep> sleep = sleepOf(site);
    if (!sleep || !enabled.contains(sleep->check) || isBoot(site))
      return;
    report(site, *sleep);
  }

  std::vector<Finding> finish() override { return causes.take(); }

private:
  std::optional<Sleep> sleepOf(const SiteVisit &site) const;
  bool forbidden(const SiteVisit &site) const;
  bool isBoot(const SiteVisit &site) const;
  Value blockingFlags(const SiteVisit &site, int argument) const;
  void report(const SiteVisit &site, const Sleep &sleep);

  llvm::StringSet<> enabled;
  uint64_t directReclaim;
  RootCauses causes;
};

} // namespace

/// The context with the caller's own lock gone, for functions that drop it before they block.
static Context withoutOwnLock(Context context) {
  context.preempt -= context.preempt > 0;
  context.softirq -= context.softirq > 0;
  context.irqsOff = false;
  return context;
}

bool AtomicCheck::forbidden(const SiteVisit &site) const {
  Context context = site.rule->dropsCallersLock ? withoutOwnLock(site.context) : site.context;
  if (!context.atomic())
    return false;
  if (site.rule->allowedInInterrupt && context.inInterrupt() && !context.nmi)
    return false;
  return site.rule->forbiddenIn.empty() || site.rule->forbiddenIn.intersects(context.components());
}

std::optional<Sleep> AtomicCheck::sleepOf(const SiteVisit &site) const {
  const rules::FunctionRule &rule = *site.rule;
  if (!forbidden(site))
    return std::nullopt;
  if (rule.sleeps == rules::SleepWhen::Always ||
      (!rule.forbiddenIn.empty() && rule.sleeps == rules::SleepWhen::Never && !rule.alloc))
    return Sleep{atomicCheckFor(input.program, rule), rules::noArgument, ""};
  if (rule.alloc && !rule.alloc->fixedGfp.empty()) {
    uint64_t flags = uint64_t(input.program.value(rule.alloc->fixedGfp).value_or(0));
    if (flags & directReclaim)
      return Sleep{"kmem-atomic-gfp", rules::noArgument, "with " + rule.alloc->fixedGfp};
    return std::nullopt;
  }
  int argument = rule.sleepGfp >= 0 ? rule.sleepGfp
                 : rule.gfpArg >= 0 ? rule.gfpArg
                 : rule.alloc       ? rule.alloc->gfp
                                    : rules::noArgument;
  if (argument < 0)
    return std::nullopt;
  Value flags = blockingFlags(site, argument);
  if (!(flags.ones & directReclaim) || !directReclaim)
    return std::nullopt;
  return Sleep{"kmem-atomic-gfp", argument, "with " + describeGfp(input.program, flags.ones & ~flags.zeros)};
}

/// The flags a site passes. Where a condition chooses between them and the lock is this function's own, the choice
/// cannot depend on whether it is held: the worst one counts. Where the context is the caller's, the condition may well
/// be it.
Value AtomicCheck::blockingFlags(const SiteVisit &site, int argument) const {
  Value flags = input.walk.argument(site, argument);
  bool ownLock = !site.node->context.atomic();
  if ((flags.ones | flags.zeros) & directReclaim || !ownLock || size_t(argument) >= site.state->arguments.size())
    return flags;
  bool callersDecide = site.node->parent < 0 && !input.program.callers(site.call.function).empty();
  if (callersDecide)
    return flags;
  for (const Value &choice : input.walk.evaluation().alternatives(
           site.call.function, site.state->arguments[size_t(argument)], site.node->binding, site.context))
    if (choice.isConstant() && choice.ones & directReclaim)
      return choice;
  return flags;
}

/// Code that only runs while booting is no bug when nothing can be scheduled yet.
bool AtomicCheck::isBoot(const SiteVisit &site) const {
  for (const PathNode *node = site.node;; node = &input.walk.node(uint32_t(node->parent))) {
    const rules::FunctionRule *rule = input.program.function(node->function).rule;
    if (rule && rule->bootOnly)
      return true;
    if (node->parent < 0)
      return false;
  }
}

static SleepKind kindOf(const rules::FunctionRule &rule, const Sleep &sleep) {
  if (!sleep.how.empty())
    return SleepKind::ByGfp;
  return rule.sleeps == rules::SleepWhen::Never ? SleepKind::Forbidden : SleepKind::Always;
}

void AtomicCheck::report(const SiteVisit &site, const Sleep &sleep) {
  bool allocates = sleep.check != "kmem-atomic-sleep";
  Confidence confidence = confidenceOf(site);
  // A maintainer follows a certain path some way, a doubtful one or one to a mere mutex not so far.
  Origin origin = originOf(input, site);
  unsigned doubts = site.node->doubts + site.mayNotHappen + origin.byWrapper;
  if (confidence == Confidence::Low || (!allocates && (confidence != Confidence::High || origin.byWrapper)) ||
      site.node->length + callsPerDoubt * doubts > maxReach)
    return;
  const Program &program = input.program;
  Choice choice = whereChosen(input, site, sleep.gfpArgument);
  const Function &chooser = program.function(choice.function);
  const Function &f = program.function(site.call.function);
  std::string callee = spellingOf(program, f, site.call.call);
  // Two names of one bug: what sleeps, and the call that goes there with the lock held.
  std::string where = causeAt(program, choice.function, choice.call);
  if (origin.unclear)
    return;
  // A lock held around a call is one mistake however much sleeps in there; a handler may make one in each function near
  // it.
  std::string whence = origin.function + ":" + origin.firstCall;
  if (origin.byEntry && allocates && site.node->length <= nearCalls)
    whence += ":" + program.name(f, f.summary.key).str();
  // A site that is wrong by itself is wrong whatever its callers pass.
  std::string atSite = causeAt(program, site.call.function, site.call.call);
  if (!causes.isNew("at " + where) || (atSite != where && !causes.isNew("at " + atSite)) ||
      !causes.isNew("from " + whence))
    return;
  Finding finding;
  finding.check = sleep.check.str();
  finding.confidence = confidenceOf(site);
  finding.severity = finding.confidence == Confidence::High ? Severity::Error : Severity::Warning;
  std::string call = callee + "()" + (sleep.how.empty() ? "" : " " + sleep.how);
  std::string claim =
      site.rule->sleeps == rules::SleepWhen::Never && !site.rule->forbiddenIn.empty() && sleep.how.empty()
          ? call + " must not be called in " + describe(site.rule->forbiddenIn) + " context"
          : call + " may sleep";
  finding.message = claim + ", but " + origin.what;
  finding.location = locationOf(program, chooser, chooser.summary.calls[choice.call].where);
  finding.function = program.symbol(choice.function).str();
  finding.context = describe(site.context.components());
  finding.fingerprint = makeFingerprint({finding.check, where, callee, sleep.how});
  finding.trace = traceOf(input, site, choice, claim, sleep.how);
  finding.replay = recipeOf(program, pathOf(input, site),
                            sleepClaim(*site.rule, kindOf(*site.rule, sleep), sleep.check == "kmem-atomic-vmalloc"));
  causes.add({"at " + where, "from " + whence}, std::move(finding));
}

std::unique_ptr<Check> makeAtomicCheck(CheckInput input, llvm::function_ref<bool(llvm::StringRef)> enabled) {
  llvm::StringSet<> ids;
  for (llvm::StringRef id : {"kmem-atomic-gfp", "kmem-atomic-vmalloc", "kmem-atomic-sleep"})
    if (enabled(id))
      ids.insert(id);
  return ids.empty() ? nullptr : std::make_unique<AtomicCheck>(input, std::move(ids));
}

} // namespace kmem::checks
