#include "checker/checks/path.h"

namespace kmem::checks {

using namespace link;

int32_t entryInProcess(const Program &program, FunctionId function) {
  for (uint32_t entry : program.entryPointsOf(function))
    if (program.entryPoints()[entry].runsIn.empty())
      return int32_t(entry);
  return -1;
}

Path pathOf(const CheckInput &input, const SiteVisit &site) {
  Path path;
  path.hops.push_back({site.call.function, site.node->context, site.call.call, site.state});
  const PathNode *node = site.node;
  while (node->parent >= 0) {
    const PathNode &parent = input.walk.node(uint32_t(node->parent));
    const summary::Call &call = input.program.function(parent.function).summary.calls[node->call];
    path.hops.push_back({parent.function, parent.context, node->call, &call.states[node->state]});
    node = &parent;
  }
  std::reverse(path.hops.begin(), path.hops.end());
  path.entry = node->entry >= 0 ? node->entry : entryInProcess(input.program, node->function);
  return path;
}

/// Process context before any other: data flow does not say in which of them the path is gone.
static int32_t likelyEntryOf(const Program &program, FunctionId function) {
  int32_t inProcess = entryInProcess(program, function);
  llvm::ArrayRef<uint32_t> entries = program.entryPointsOf(function);
  return inProcess >= 0 || entries.empty() ? inProcess : int32_t(entries.front());
}

Path pathOf(const Program &program, llvm::ArrayRef<CallRef> calls, const summary::PathState *atSite) {
  Path path;
  path.entry = likelyEntryOf(program, calls.front().function);
  for (const CallRef &ref : calls) {
    const auto &states = program.function(ref.function).summary.calls[ref.call].states;
    path.hops.push_back({ref.function, {}, ref.call, states.empty() ? nullptr : &states.front()});
  }
  path.hops.back().state = atSite;
  if (path.entry >= 0)
    path.hops.front().context = Context::entered(program.entryPoints()[size_t(path.entry)].runsIn);
  followContext(path);
  return path;
}

void followContext(Path &path) {
  for (size_t i = 0; i + 1 < path.hops.size(); ++i) {
    const Hop &hop = path.hops[i];
    path.hops[i + 1].context = hop.state ? hop.context.after(hop.state->delta) : hop.context;
  }
}

int turningPoint(const Path &path) {
  for (int i = int(path.hops.size()) - 1; i >= 0; --i) {
    const Hop &hop = path.hops[size_t(i)];
    if (!hop.context.atomic() && hop.state && hop.context.after(hop.state->delta).atomic())
      return i;
  }
  return -1;
}

} // namespace kmem::checks
