// Stage: checks. Paths of the walk as traces a person follows: the entry, the line that made the context atomic, every
// call, the site.
#pragma once

#include "checker/checks/check.h"

namespace kmem::checks {

/// Where a value was chosen: up the path for as long as it is only handed on.
struct Choice {
  link::FunctionId function = link::noFunction;
  uint32_t call = 0;
  bool atSite = true;
};
Choice whereChosen(const CheckInput &input, const link::SiteVisit &site, int argument);

/// What made the context atomic on the way to a site.
struct Origin {
  std::string what;       ///< "spin_lock_bh(&x->lock) is held", "timer_list.function runs in softirq"
  std::string function;   ///< key of the function
  std::string firstCall;  ///< where that function calls on; distinguishes root causes
  bool unclear = false;   ///< no acquisition accounts for the context: locks were lost track of
  bool byWrapper = false; ///< a callee took the lock and left with it held; its release may be told by what it returned
  bool byEntry = false;   ///< the kernel enters it in this context, rather than a lock of its own
};
Origin originOf(const CheckInput &input, const link::SiteVisit &site);

SourceLocation locationOf(const link::Program &program, const link::Function &function, const summary::Location &where);
/// The name messages use for a call.
std::string spellingOf(const link::Program &program, const link::Function &caller, uint32_t call);
/// Counts the same callee's calls before this one: tells two like sites of a function apart without line numbers.
unsigned ordinalOf(const link::Function &caller, uint32_t call);

/// Names a call for RootCauses: stable when lines move.
std::string causeAt(const link::Program &program, link::FunctionId function, uint32_t call);

std::vector<TraceStep> traceOf(const CheckInput &input, const link::SiteVisit &site, const Choice &choice,
                               const std::string &siteMessage, const std::string &choiceMessage);
Confidence confidenceOf(const link::SiteVisit &site);

} // namespace kmem::checks
