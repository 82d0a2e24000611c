#include "checker/checks/recipe.h"

#include "checker/checks/trace.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::checks {

using namespace link;

/// Helpers that call helpers that take a lock are followed this deep.
static constexpr unsigned maxHelperDepth = 4;

static std::string withoutFile(llvm::StringRef key) { return key.split('@').first.str(); }

static ContextCounts countsOf(const Context &context) {
  ContextCounts counts;
  counts[ContextComponent::Preempt] = context.preempt;
  counts[ContextComponent::Softirq] = context.softirq;
  counts[ContextComponent::ServingSoftirq] = context.servingSoftirq;
  counts[ContextComponent::Hardirq] = context.hardirq;
  counts[ContextComponent::Nmi] = context.nmi;
  counts[ContextComponent::IrqsOff] = context.irqsOff;
  counts[ContextComponent::Rcu] = context.rcu;
  return counts;
}

static ReplayFunction inOwnUnit(const Program &program, FunctionId id) {
  return {program.symbol(id).str(), program.text(program.function(id).unit).str()};
}

/// A static callee, above all the inline of a header, is taken from the module of the function that calls it by name.
static ReplayFunction calledFrom(const Program &program, const std::string &callersUnit, FunctionId id) {
  ReplayFunction function = inOwnUnit(program, id);
  if (program.function(id).summary.isStatic)
    function.unit = callersUnit;
  return function;
}

static HopKind kindOf(const Function &f, uint32_t call, FunctionId next) {
  if (f.summary.calls[call].kind == summary::CalleeKind::Indirect)
    return HopKind::Pointer;
  return f.calls[call].target == next ? HopKind::Direct : HopKind::Callback;
}

static std::vector<ReplayFunction> candidatesOf(const Program &program, const Function &f, uint32_t call,
                                                FunctionId chosen) {
  std::vector<ReplayFunction> candidates{inOwnUnit(program, chosen)};
  for (FunctionId target : program.targets(f, f.summary.calls[call]))
    if (target != chosen)
      candidates.push_back(inOwnUnit(program, target));
  return candidates;
}

static ReplayHop replayHop(const Program &program, const Hop &hop, ReplayFunction function) {
  const Function &f = program.function(hop.function);
  const summary::Call &call = f.summary.calls[hop.call];
  ReplayHop result;
  result.function = std::move(function);
  result.definition = locationOf(program, f, f.summary.where);
  result.context = countsOf(hop.context);
  result.call = locationOf(program, f, call.where);
  result.callee = withoutFile(program.name(f, call.callee));
  result.via = HopKind::Site;
  return result;
}

static std::vector<ReplayHop> replayHops(const Program &program, const Path &path) {
  std::vector<ReplayHop> hops;
  ReplayFunction next = inOwnUnit(program, path.hops.front().function);
  for (size_t i = 0; i < path.hops.size(); ++i) {
    const Hop &hop = path.hops[i];
    const Function &f = program.function(hop.function);
    ReplayHop &added = hops.emplace_back(replayHop(program, hop, next));
    if (i + 1 == path.hops.size())
      break;
    FunctionId callee = path.hops[i + 1].function;
    added.via = kindOf(f, hop.call, callee);
    next = added.via == HopKind::Direct ? calledFrom(program, added.function.unit, callee) : inOwnUnit(program, callee);
    if (added.via == HopKind::Pointer)
      added.candidates = candidatesOf(program, f, hop.call, callee);
  }
  return hops;
}

static ReplayEntry entryOf(const Program &program, const Path &path, const ReplayFunction &function) {
  if (path.entry < 0) {
    llvm::ArrayRef<const rules::FieldRule *> fields = program.opsFieldsOf(path.hops.front().function);
    return {function, fields.empty() ? "called on its own" : fields.front()->name, !fields.empty(), {}};
  }
  const EntryPoint &entry = program.entryPoints()[size_t(path.entry)];
  bool registration = llvm::StringRef(entry.how).ends_with("()");
  return {function,
          registration ? "handler of " + entry.how : entry.how,
          true,
          {program.text(entry.where.file).str(), entry.where.line, entry.where.column}};
}

/// The call that took it: messages name the primitive, the IR may call it otherwise. -1 when it is not told apart.
static int callThatTook(const Program &program, const Function &f, const summary::Acquisition &taken) {
  std::string primitive = withoutFile(program.name(f, taken.primitive));
  for (size_t i = 0; i < f.calls.size(); ++i) {
    const summary::Call &call = f.summary.calls[i];
    const rules::FunctionRule *rule = f.calls[i].rule;
    bool named = withoutFile(program.name(f, call.callee)) == primitive || (rule && rule->spelling == primitive);
    if (call.where == taken.where && call.callee != summary::noName && named)
      return int(i);
  }
  return -1;
}

static void addAcquisitions(const Program &program, FunctionId id, const ReplayFunction &function,
                            llvm::ArrayRef<uint32_t> held, unsigned depth, std::vector<ReplayAcquisition> &all) {
  const Function &f = program.function(id);
  for (uint32_t index : held) {
    const summary::Acquisition &taken = f.summary.acquisitions[index];
    int call = callThatTook(program, f, taken);
    summary::NameId callee = call < 0 ? taken.primitive : f.summary.calls[size_t(call)].callee;
    ReplayAcquisition added{function, locationOf(program, f, taken.where), withoutFile(program.name(f, callee)),
                            taken.components};
    if (llvm::is_contained(all, added))
      continue;
    all.push_back(std::move(added));
    FunctionId helper = call < 0 ? noFunction : f.calls[size_t(call)].target;
    if (helper == noFunction || depth == maxHelperDepth)
      continue;
    for (const summary::Exit &exit : program.function(helper).summary.exits)
      addAcquisitions(program, helper, calledFrom(program, function.unit, helper), exit.held, depth + 1, all);
  }
}

static SiteArguments argumentsOf(const rules::FunctionRule &rule) {
  SiteArguments arguments;
  auto set = [](std::optional<unsigned> &place, int argument) {
    if (argument >= 0)
      place = unsigned(argument);
  };
  set(arguments.gfp, rule.sleepGfp >= 0 ? rule.sleepGfp : rule.gfpArg);
  if (const auto &alloc = rule.alloc) {
    set(arguments.gfp, alloc->gfp);
    set(arguments.order, alloc->order);
    set(arguments.cache, alloc->cache);
    arguments.size.assign(alloc->size.begin(), alloc->size.end());
  }
  if (const auto &free = rule.free) {
    set(arguments.pointer, free->arg);
    set(arguments.order, free->order);
    set(arguments.cache, free->cache);
    if (free->size >= 0)
      arguments.size.assign(1, unsigned(free->size));
  }
  return arguments;
}

ReplayRecipe recipeOf(const Program &program, const Path &path, ReplayClaim claim) {
  ReplayRecipe recipe;
  recipe.hops = replayHops(program, path);
  recipe.entry = entryOf(program, path, recipe.hops.front().function);
  for (size_t i = 0; i < path.hops.size(); ++i)
    if (const summary::PathState *state = path.hops[i].state)
      addAcquisitions(program, path.hops[i].function, recipe.hops[i].function, state->held, 0, recipe.entersContext);
  const Function &f = program.function(path.site().function);
  recipe.target.callee = recipe.hops.back().callee;
  if (const rules::FunctionRule *rule = f.calls[path.site().call].rule)
    recipe.target.arguments = argumentsOf(*rule);
  recipe.target.claim = std::move(claim);
  return recipe;
}

static AllocationPlace placeOf(const Path &path, const AllocationOrigin &origin) {
  if (llvm::any_of(path.hops, [&](const Hop &hop) { return hop.function == origin.call.function; }))
    return AllocationPlace::OnPath;
  return origin.throughField ? AllocationPlace::Earlier : AllocationPlace::Callee;
}

ReplayAllocation allocationOf(const Program &program, const Path &path, const AllocationOrigin &origin) {
  const Function &f = program.function(origin.call.function);
  const summary::Call &call = f.summary.calls[origin.call.call];
  ReplayAllocation allocation;
  allocation.place = placeOf(path, origin);
  allocation.function = inOwnUnit(program, origin.call.function);
  allocation.definition = locationOf(program, f, f.summary.where);
  allocation.call = locationOf(program, f, call.where);
  allocation.callee = withoutFile(program.name(f, call.callee));
  allocation.family = origin.alloc->family;
  for (const StoreRef &ref : origin.stores) {
    const Function &storer = program.function(ref.function);
    allocation.stores.push_back(withoutFile(program.name(storer, storer.summary.stores[ref.store].name)));
  }
  for (const CallRef &ref : origin.returns) {
    std::string callersUnit = program.text(program.function(ref.function).unit).str();
    allocation.returnedBy.push_back(
        calledFrom(program, callersUnit, program.function(ref.function).calls[ref.call].target));
  }
  return allocation;
}

std::vector<CallRef> callsFrom(const TaintOrigin &origin, CallRef site) {
  std::vector<CallRef> calls;
  for (const TaintHop &hop : origin.hops) {
    auto again = llvm::find_if(calls, [&](const CallRef &ref) { return ref.function == hop.call.function; });
    if (hop.returned) // back in a function that the path is in already, or where it begins
      calls.erase(again == calls.end() ? calls.begin() : again, calls.end());
    else
      calls.push_back(hop.call);
  }
  calls.push_back(site);
  return calls;
}

ReplaySource sourceOf(const Program &program, const TaintOrigin &origin) {
  ReplaySource source{origin.kind, origin.what, inOwnUnit(program, origin.function), {}};
  const Function &f = program.function(origin.function);
  if (origin.call >= 0)
    source.call = locationOf(program, f, f.summary.calls[size_t(origin.call)].where);
  return source;
}

} // namespace kmem::checks
