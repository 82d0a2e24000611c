// kmem-invalid-gfp: flags that the function they reach refuses, masks with a warning, or cannot honour. What is refused
// is data: the gfp_restrictions of each API.
#include "checker/checks/claims.h"
#include "checker/checks/gfp_text.h"
#include "checker/checks/recipe.h"
#include "checker/checks/trace.h"

namespace kmem::checks {

using namespace link;

namespace {
class InvalidGfp final : public Check {
public:
  using Check::Check;

  void visit(const SiteVisit &site) override {
    const rules::FunctionRule &rule = *site.rule;
    int argument = rule.gfpArg >= 0 ? rule.gfpArg : rule.alloc ? rule.alloc->gfp : rules::noArgument;
    const Function &f = input.program.function(site.call.function);
    bool allocatorItself = f.rule && f.rule->alloc;
    if (argument < 0 || rule.gfpRestrictions.empty() || allocatorItself || f.summary.isInit)
      return; // while booting, flags that promise not to sleep are kept by everybody
    for (const Value &flags : possibleFlags(site, argument))
      for (const rules::GfpRestriction &restriction : rule.gfpRestrictions)
        if (violates(site, flags, restriction)) {
          report(site, argument, flags, restriction);
          return;
        }
  }

  std::vector<Finding> finish() override { return causes.take(); }

private:
  std::vector<Value> possibleFlags(const SiteVisit &site, int argument) const;
  bool violates(const SiteVisit &site, const Value &flags, const rules::GfpRestriction &restriction) const;
  void report(const SiteVisit &site, int argument, const Value &flags, const rules::GfpRestriction &restriction);

  RootCauses causes;
};
} // namespace

/// The flags as far as they are certain, then each set that the conditions of this function may choose.
std::vector<Value> InvalidGfp::possibleFlags(const SiteVisit &site, int argument) const {
  std::vector<Value> all{input.walk.argument(site, argument)};
  if (!all.front().isConstant() && size_t(argument) < site.state->arguments.size())
    for (const Value &choice : input.walk.evaluation().alternatives(
             site.call.function, site.state->arguments[size_t(argument)], site.node->binding, site.context))
      if (choice.isConstant())
        all.push_back(choice);
  return all;
}

bool InvalidGfp::violates(const SiteVisit &site, const Value &flags, const rules::GfpRestriction &restriction) const {
  for (const std::string &name : restriction.allOf) {
    auto bits = input.program.value(name);
    if (!bits || !*bits || (flags.ones & uint64_t(*bits)) != uint64_t(*bits))
      return false;
  }
  for (const std::string &name : restriction.noneOf)
    if (uint64_t bits = uint64_t(input.program.value(name).value_or(0)); (flags.zeros & bits) != bits)
      return false;
  if (restriction.minOrder > 0) {
    int order = site.rule->alloc ? site.rule->alloc->order : rules::noArgument;
    if (order < 0 || input.walk.argument(site, order).low() < uint64_t(restriction.minOrder))
      return false;
  }
  return !restriction.allOf.empty() || !restriction.noneOf.empty();
}

void InvalidGfp::report(const SiteVisit &site, int argument, const Value &flags,
                        const rules::GfpRestriction &restriction) {
  const Program &program = input.program;
  Choice choice = whereChosen(input, site, argument);
  const Function &chooser = program.function(choice.function);
  std::string callee = spellingOf(program, program.function(site.call.function), site.call.call);
  std::string cause = causeAt(program, choice.function, choice.call);
  std::string atSite = causeAt(program, site.call.function, site.call.call);
  // A site that is wrong by itself is wrong whatever its callers pass.
  if (!causes.isNew(cause) || (atSite != cause && !causes.isNew(atSite)))
    return;
  std::string text = describeGfp(program, flags.ones);
  Finding finding;
  finding.check = "kmem-invalid-gfp";
  finding.confidence = confidenceOf(site);
  finding.severity = Severity::Warning;
  finding.message = callee + "() with " + text + ": " + restriction.why;
  finding.location = locationOf(program, chooser, chooser.summary.calls[choice.call].where);
  finding.function = program.symbol(choice.function).str();
  finding.fingerprint = makeFingerprint({finding.check, cause, callee, text});
  finding.trace = traceOf(input, site, choice, callee + "() gets " + text, "with " + text);
  finding.replay = recipeOf(program, pathOf(input, site), gfpClaim(program, restriction));
  causes.add({cause}, std::move(finding));
}

std::unique_ptr<Check> makeInvalidGfp(CheckInput input) { return std::make_unique<InvalidGfp>(input); }

} // namespace kmem::checks
