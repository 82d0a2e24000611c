// Stage: checks. One class per check id; each gets every site the walk meets and says what it finds. The registry lists
// them.
#pragma once

#include "checker/link/walk.h"
#include "core/finding/finding.h"

#include <map>
#include <memory>

namespace kmem::checks {

/// What every check reads.
struct CheckInput {
  const link::Program &program;
  const link::ContextWalk &walk;
};

/// Findings by root cause: the first, cheapest path to one is kept, the others are counted.
class RootCauses {
public:
  /// False when a finding already answers to `cause`; it then counts one path more.
  bool isNew(const std::string &cause);
  /// A finding may answer to several names of its cause.
  void add(std::initializer_list<std::string> names, Finding finding);
  std::vector<Finding> take();

private:
  std::map<std::string, size_t> known;
  std::vector<Finding> findings;
};

class Check {
public:
  explicit Check(CheckInput input) : input(input) {}
  virtual ~Check() = default;
  /// Called for every site in every context, cheapest paths first.
  virtual void visit(const link::SiteVisit &site) {}
  /// Called once after the last visit.
  virtual std::vector<Finding> finish() = 0;

protected:
  CheckInput input;
};

std::unique_ptr<Check> makeAtomicCheck(CheckInput input, llvm::function_ref<bool(llvm::StringRef)> enabled);
std::unique_ptr<Check> makeOversizedKmalloc(CheckInput input);
std::unique_ptr<Check> makeUnboundedKmalloc(CheckInput input);
std::unique_ptr<Check> makeMismatchedFree(CheckInput input);
std::unique_ptr<Check> makeInvalidGfp(CheckInput input);

} // namespace kmem::checks
