// Stage: checks. One way to a site: the functions from the root on, each with the call that leads on. Traces and
// recipes are made from this alone.
#pragma once

#include "checker/checks/check.h"

namespace kmem::checks {

/// One function on a path and the call it makes, the last one at the site.
struct Hop {
  link::FunctionId function = link::noFunction;
  link::Context context; ///< at the function's entry
  uint32_t call = 0;
  const summary::PathState *state = nullptr; ///< in which of its states; null when the call has none
};

struct Path {
  std::vector<Hop> hops; ///< never empty
  int32_t entry = -1;    ///< index of the entry point it starts at; -1: the function on its own
  const Hop &site() const { return hops.back(); }
};

/// The path that the walk came to a site by.
Path pathOf(const CheckInput &input, const link::SiteVisit &site);

/// A path known by its calls alone, the outermost first. The last one is the site, in the state `atSite`.
Path pathOf(const link::Program &program, llvm::ArrayRef<link::CallRef> calls, const summary::PathState *atSite);

/// The entry point in process context that a function is; -1 when it is none.
int32_t entryInProcess(const link::Program &program, link::FunctionId function);
/// Sets the contexts behind the first hop to what the calls on the way make of the first one's.
void followContext(Path &path);

/// The last hop at which the context turned from process to atomic; -1 when it was atomic from the start.
int turningPoint(const Path &path);

} // namespace kmem::checks
