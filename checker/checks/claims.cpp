#include "checker/checks/claims.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::checks {

using namespace link;

/// Where large sizes fall back to mapped pages, a byte count of 32 bits is served or fails quietly enough: only what
/// can exceed the limit by more than this factor, a product or a 64-bit count, is reported.
static constexpr uint64_t fallbackHeadroom = 2;

static bool mapsPages(const Program &program, const rules::FunctionRule &rule) {
  auto mapped = [&](llvm::StringRef family) {
    const rules::FamilyRule *known = program.rules().family(family);
    return known && known->virtuallyMapped;
  };
  return (rule.alloc && mapped(rule.alloc->family)) || (rule.free && llvm::any_of(rule.free->families, mapped));
}

llvm::StringRef atomicCheckFor(const Program &program, const rules::FunctionRule &rule) {
  return mapsPages(program, rule) ? "kmem-atomic-vmalloc" : "kmem-atomic-sleep";
}

static ContextSet anyContext() { return ContextSet::fromRaw((1u << contextComponentCount) - 1); }

SleepClaim sleepClaim(const rules::FunctionRule &rule, SleepKind sleeps, bool mapsPages) {
  SleepClaim claim;
  claim.sleeps = sleeps;
  claim.mapsPages = mapsPages;
  if (rule.alloc)
    claim.fixedGfp = rule.alloc->fixedGfp;
  claim.forbiddenIn = rule.forbiddenIn.empty() && sleeps != SleepKind::Forbidden ? anyContext() : rule.forbiddenIn;
  claim.allowedInInterrupt = rule.allowedInInterrupt;
  claim.dropsCallersLock = rule.dropsCallersLock;
  return claim;
}

static uint64_t bitsOf(const Program &program, llvm::ArrayRef<std::string> names) {
  uint64_t bits = 0;
  for (const std::string &name : names)
    bits |= uint64_t(program.value(name).value_or(0));
  return bits;
}

GfpClaim gfpClaim(const Program &program, const rules::GfpRestriction &restriction) {
  return {restriction.allOf,
          restriction.noneOf,
          bitsOf(program, restriction.allOf),
          bitsOf(program, restriction.noneOf),
          unsigned(restriction.minOrder),
          restriction.why};
}

uint64_t quietBits(const Program &program) { return uint64_t(program.value("__GFP_NOWARN").value_or(0)); }

std::optional<SizeClaim> unboundedClaim(const Program &program, const rules::AllocRule &alloc) {
  std::optional<int64_t> limit = program.value(alloc.limit);
  if (!limit)
    return std::nullopt;
  const rules::FamilyRule *family = program.rules().family(alloc.family);
  bool fallsBack = family && !family->covers.empty();
  uint64_t most = llvm::SaturatingMultiply(uint64_t(*limit), fallsBack ? fallbackHeadroom : uint64_t(1)) + fallsBack;
  return SizeClaim{most, alloc.limit, false, quietBits(program)};
}

static void addSleep(const Program &program, const rules::FunctionRule &rule, std::vector<Accusation> &all) {
  bool mapped = mapsPages(program, rule);
  auto add = [&](llvm::StringRef check, SleepKind sleeps, const char *text) {
    all.push_back({check, sleepClaim(rule, sleeps, check == "kmem-atomic-vmalloc"), text});
  };
  if (rule.sleeps == rules::SleepWhen::Always)
    add(atomicCheckFor(program, rule), SleepKind::Always, "may sleep where the context forbids it");
  else if (rule.sleepGfp >= 0 || rule.gfpArg >= 0 ||
           (rule.alloc && (rule.alloc->gfp >= 0 || !rule.alloc->fixedGfp.empty())))
    add("kmem-atomic-gfp", SleepKind::ByGfp, "may sleep, if its flags say so, where the context forbids it");
  else if (mapped || rule.opaque || !rule.forbiddenIn.empty())
    add(atomicCheckFor(program, rule), SleepKind::Forbidden, "may be called where the context forbids it");
}

static void addGfp(const Program &program, const rules::FunctionRule &rule, std::vector<Accusation> &all) {
  if (rule.gfpArg < 0 && !(rule.alloc && rule.alloc->gfp >= 0))
    return;
  for (const rules::GfpRestriction &restriction : rule.gfpRestrictions)
    all.push_back(
        {"kmem-invalid-gfp", gfpClaim(program, restriction), "may get flags that it refuses: " + restriction.why});
}

/// A call that nothing limits is looked at as well: no size is too large for it.
static SizeClaim limitOr(const Program &program, const std::string &limitName, bool isOrder) {
  std::optional<int64_t> limit = program.value(limitName);
  return {limit ? uint64_t(*limit) : ~uint64_t(0), limitName, isOrder};
}

static void addSize(const Program &program, const rules::FunctionRule &rule, std::vector<Accusation> &all) {
  if (!rule.alloc)
    return;
  const rules::AllocRule &alloc = *rule.alloc;
  if (alloc.order >= 0)
    all.push_back(
        {"kmem-oversized-kmalloc", limitOr(program, alloc.orderLimit, true), "may be asked for too high an order"});
  if (alloc.size.empty())
    return;
  SizeClaim bytes = limitOr(program, alloc.limit, false);
  all.push_back({"kmem-oversized-kmalloc", bytes, "may be asked for too large a size"});
  all.push_back({"kmem-unbounded-kmalloc", unboundedClaim(program, alloc).value_or(bytes),
                 "may be asked for a size that somebody outside the kernel chooses"});
}

std::vector<Accusation> accusationsOf(const Program &program, const rules::FunctionRule &rule) {
  std::vector<Accusation> all;
  addSleep(program, rule, all);
  addGfp(program, rule, all);
  addSize(program, rule, all);
  if (rule.free)
    all.push_back({"kmem-mismatched-free", FreeClaim{FreeMismatch::Family, rule.free->families, "", 0},
                   "may get memory that it does not take"});
  return all;
}

} // namespace kmem::checks
