// kmem-oversized-kmalloc: a size or order that is above the API's limit in this tree whatever happens: the call can
// only fail.
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"

#include "llvm/Support/MathExtras.h"

namespace kmem::checks {

using namespace link;

namespace {
class OversizedKmalloc final : public Check {
public:
  using Check::Check;

  void visit(const SiteVisit &site) override {
    if (!site.rule->alloc || site.mayNotHappen)
      return;
    const rules::AllocRule &alloc = *site.rule->alloc;
    if (auto limit = input.program.value(alloc.limit); limit && !alloc.size.empty())
      if (uint64_t least = leastSize(site); least > uint64_t(*limit))
        report(site, alloc.size.front(), std::to_string(least) + " bytes", {uint64_t(*limit), alloc.limit, false});
    if (auto limit = input.program.value(alloc.orderLimit); limit && alloc.order >= 0)
      if (uint64_t least = leastOf(site, alloc.order); least > uint64_t(*limit))
        report(site, alloc.order, "order " + std::to_string(least), {uint64_t(*limit), alloc.orderLimit, true});
  }

  std::vector<Finding> finish() override { return causes.take(); }

private:
  uint64_t leastOf(const SiteVisit &site, int argument) const;
  uint64_t leastSize(const SiteVisit &site) const;
  void report(const SiteVisit &site, int argument, const std::string &size, const SizeClaim &claim);

  RootCauses causes;
};
} // namespace

uint64_t OversizedKmalloc::leastOf(const SiteVisit &site, int argument) const {
  uint64_t least = input.walk.argument(site, argument).low();
  for (const summary::ArgumentRange &range : site.state->ranges)
    if (range.argument == argument)
      least = std::max(least, range.low);
  return least;
}

uint64_t OversizedKmalloc::leastSize(const SiteVisit &site) const {
  uint64_t product = 1;
  for (int argument : site.rule->alloc->size)
    product = llvm::SaturatingMultiply(product, leastOf(site, argument));
  return product;
}

void OversizedKmalloc::report(const SiteVisit &site, int argument, const std::string &size, const SizeClaim &claim) {
  const Program &program = input.program;
  const Function &f = program.function(site.call.function);
  std::string callee = spellingOf(program, f, site.call.call);
  Choice choice = whereChosen(input, site, argument);
  const Function &chooser = program.function(choice.function);
  std::string cause =
      causeAt(program, site.call.function, site.call.call) + " by " + program.name(chooser, chooser.summary.key).str();
  if (!causes.isNew(cause))
    return;
  Finding finding;
  finding.check = "kmem-oversized-kmalloc";
  finding.confidence = confidenceOf(site);
  finding.severity = Severity::Error;
  finding.message =
      callee + "() of " + size + " always fails: " + claim.limitName + " is " + std::to_string(claim.limit);
  finding.location = locationOf(program, f, site.site->where);
  finding.function = program.symbol(site.call.function).str();
  finding.fingerprint = makeFingerprint({finding.check, cause, size});
  finding.trace = traceOf(input, site, choice, callee + "() of " + size, "for " + size);
  finding.replay = recipeOf(program, pathOf(input, site), claim);
  causes.add({cause}, std::move(finding));
}

std::unique_ptr<Check> makeOversizedKmalloc(CheckInput input) { return std::make_unique<OversizedKmalloc>(input); }

} // namespace kmem::checks
