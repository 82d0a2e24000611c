#include "checker/checks/check.h"
#include "checker/checks/checks.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem {

using checks::Check;
using checks::CheckInput;

namespace {
struct Registered {
  llvm::StringLiteral id;
  std::unique_ptr<Check> (*make)(CheckInput);
};
} // namespace

/// The three atomic checks are one class: see makeAtomicCheck.
static constexpr llvm::StringLiteral atomicIds[] = {"kmem-atomic-gfp", "kmem-atomic-sleep", "kmem-atomic-vmalloc"};

static constexpr Registered registered[] = {
    {"kmem-invalid-gfp", checks::makeInvalidGfp},
    {"kmem-mismatched-free", checks::makeMismatchedFree},
    {"kmem-oversized-kmalloc", checks::makeOversizedKmalloc},
    {"kmem-unbounded-kmalloc", checks::makeUnboundedKmalloc},
};

std::vector<std::string> allChecks() {
  std::vector<std::string> ids;
  for (llvm::StringRef id : atomicIds)
    ids.push_back(id.str());
  for (const Registered &check : registered)
    ids.push_back(check.id.str());
  llvm::sort(ids);
  return ids;
}

std::vector<Finding> runChecks(const link::Program &program, llvm::function_ref<bool(llvm::StringRef)> enabled) {
  link::ContextWalk walk(program);
  CheckInput input{program, walk};
  std::vector<std::unique_ptr<Check>> active;
  if (std::unique_ptr<Check> atomic = checks::makeAtomicCheck(input, enabled))
    active.push_back(std::move(atomic));
  for (const Registered &check : registered)
    if (enabled(check.id))
      active.push_back(check.make(input));
  if (active.empty())
    return {};
  walk.run([&](const link::SiteVisit &site) {
    for (const std::unique_ptr<Check> &check : active)
      check->visit(site);
  });
  std::vector<Finding> findings;
  for (const std::unique_ptr<Check> &check : active) {
    std::vector<Finding> own = check->finish();
    findings.insert(findings.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  llvm::stable_sort(findings, reportOrder);
  return findings;
}

} // namespace kmem
