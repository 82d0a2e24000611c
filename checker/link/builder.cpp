#include "checker/link/builder.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <numeric>

namespace kmem::link {

using namespace summary;

/// Stores of parameters are followed this many calls up to find the functions stored.
static constexpr unsigned maxPointerHops = 4;

void ProgramBuilder::build(std::vector<Initializer> initializers) {
  // Initialisers of header-defined tables repeat in every unit.
  llvm::sort(initializers, [](const Initializer &a, const Initializer &b) {
    return std::tie(a.field, a.function, a.global) < std::tie(b.field, b.function, b.global);
  });
  initializers.erase(std::unique(initializers.begin(), initializers.end()), initializers.end());
  sortFunctions();
  resolveCalls();
  indexStores();
  indexPointers(initializers);
  findEntryPoints(initializers);
  findRelevantParameters();
  findSleepers();
}

/// Gives every function the same id whatever the order of units was.
void ProgramBuilder::sortFunctions() {
  std::vector<FunctionId> order(program.all.size());
  std::iota(order.begin(), order.end(), 0);
  auto before = [&](FunctionId a, FunctionId b) {
    const Function &fa = program.all[a], &fb = program.all[b];
    auto rank = [&](const Function &f) {
      return std::make_tuple(program.name(f, f.summary.key), program.name(f, f.summary.where.file),
                             f.summary.where.line, f.summary.exprs.size(), f.summary.calls.size(),
                             program.text(f.unit));
    };
    return rank(fa) < rank(fb);
  };
  llvm::stable_sort(order, before);
  std::vector<FunctionId> newId(order.size());
  for (FunctionId i = 0; i < order.size(); ++i)
    newId[order[i]] = i;
  std::vector<Function> sorted;
  sorted.reserve(order.size());
  for (FunctionId old : order)
    sorted.push_back(std::move(program.all[old]));
  program.all = std::move(sorted);
  for (Function &f : program.all)
    for (ResolvedCall &call : f.calls)
      if (call.target != noFunction)
        call.target = newId[call.target];
}

static llvm::StringRef folderOf(llvm::StringRef file) { return file.substr(0, file.rfind('/')); }

void ProgramBuilder::resolveCalls() {
  llvm::DenseMap<NameKey, std::vector<FunctionId>> external;
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    Function &f = program.all[id];
    f.rule = program.ruleSet->function(program.symbol(id));
    NameKey key = f.names[f.summary.key];
    program.byKey.try_emplace(key, id);
    if (!f.summary.isStatic)
      external[key].push_back(id);
  }
  llvm::DenseMap<NameKey, const rules::FunctionRule *> ruleOf;
  auto findRule = [&](NameKey key) {
    auto [it, inserted] = ruleOf.try_emplace(key, nullptr);
    if (inserted)
      it->second = program.ruleSet->function(program.text(key).split('@').first);
    return it->second;
  };
  program.callersOf.resize(program.all.size());
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    Function &f = program.all[id];
    for (uint32_t i = 0; i < f.calls.size(); ++i) {
      const Call &call = f.summary.calls[i];
      if (call.kind != CalleeKind::Direct || call.callee == noName)
        continue;
      NameKey key = f.names[call.callee];
      f.calls[i].rule = findRule(key);
      if (f.calls[i].target == noFunction) {
        // Two modules may define the same name: the one in the caller's folder is meant.
        auto found = external.find(key);
        if (found == external.end())
          continue;
        f.calls[i].target = found->second.front();
        for (FunctionId candidate : found->second) {
          const Function &c = program.all[candidate];
          if (folderOf(program.name(c, c.summary.where.file)) == folderOf(program.name(f, f.summary.where.file)))
            f.calls[i].target = candidate;
        }
      }
      if (!call.states.empty())
        program.callersOf[f.calls[i].target].push_back({id, i});
    }
  }
}

void ProgramBuilder::indexStores() {
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    const Function &f = program.all[id];
    for (uint32_t i = 0; i < f.summary.stores.size(); ++i) {
      const Store &store = f.summary.stores[i];
      if (store.place == PlaceKind::Field)
        program.fieldStores[f.names[store.name]].push_back({id, i});
      else if (store.place == PlaceKind::Global)
        program.globalStores[f.names[store.name]].push_back({id, i});
    }
  }
}

void ProgramBuilder::addPointer(NameKey place, FunctionId function) {
  std::vector<FunctionId> &known = program.pointers[place];
  if (!llvm::is_contained(known, function))
    known.push_back(function);
}

std::vector<FunctionId> ProgramBuilder::functionsAt(FunctionId in, ExprId value, unsigned depth) {
  const Function &f = program.all[in];
  const Expr &e = f.summary.exprs[value];
  std::vector<FunctionId> found;
  auto append = [&](std::vector<FunctionId> more) { found.insert(found.end(), more.begin(), more.end()); };
  switch (e.kind) {
  case ExprKind::FunctionAddress:
    if (FunctionId id = program.functionByKey(f.names[e.name]); id != noFunction)
      found.push_back(id);
    break;
  case ExprKind::Select:
    append(functionsAt(in, e.b, depth));
    append(functionsAt(in, e.c, depth));
    break;
  case ExprKind::Merge:
    append(functionsAt(in, e.a, depth));
    append(functionsAt(in, e.b, depth));
    break;
  case ExprKind::Parameter:
    if (depth == 0)
      break;
    for (const CallRef &caller : program.callersOf[in]) {
      const PathState &state = program.all[caller.function].summary.calls[caller.call].states.front();
      if (size_t(e.value) < state.arguments.size())
        append(functionsAt(caller.function, state.arguments[size_t(e.value)], depth - 1));
    }
    break;
  default:
    break;
  }
  return found;
}

void ProgramBuilder::indexPointers(const std::vector<Initializer> &initializers) {
  for (const Initializer &initializer : initializers) {
    auto function = program.nameTable.find(initializer.function);
    FunctionId id = function ? program.functionByKey(*function) : noFunction;
    if (id == noFunction)
      continue;
    addPointer(program.nameTable.intern(initializer.field.empty() ? initializer.global : initializer.field), id);
  }
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    const Function &f = program.all[id];
    for (const Store &store : f.summary.stores)
      if (store.place == PlaceKind::Field || store.place == PlaceKind::Global)
        for (FunctionId stored : functionsAt(id, store.value, maxPointerHops))
          addPointer(f.names[store.name], stored);
  }
  for (auto &entry : program.pointers)
    llvm::sort(entry.second);
}

static Location shared(const Function &f, const Location &where) {
  return {f.names[where.file], where.line, where.column};
}

void ProgramBuilder::addFieldEntries() {
  std::vector<NameKey> places;
  for (const auto &entry : program.pointers)
    places.push_back(entry.first);
  llvm::sort(places, [&](NameKey a, NameKey b) { return program.text(a) < program.text(b); });
  for (NameKey place : places) {
    const rules::FieldRule *rule = program.ruleSet->field(program.text(place));
    if (!rule)
      continue;
    for (FunctionId id : program.pointers[place]) {
      if (!rule->paramSources.empty())
        program.opsFields[id].push_back(rule);
      if (!rule->callback)
        continue;
      const Function &f = program.all[id];
      program.entries.push_back({id, rule->runsIn, rule->name, shared(f, f.summary.where)});
    }
  }
}

void ProgramBuilder::addCallbackEntries() {
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    const Function &f = program.all[id];
    for (uint32_t i = 0; i < f.calls.size(); ++i) {
      const rules::FunctionRule *rule = f.calls[i].rule;
      const Call &call = f.summary.calls[i];
      if (!rule || call.states.empty())
        continue;
      for (const rules::CallbackRule &callback : rule->callbacks) {
        const std::vector<ExprId> &arguments = call.states.front().arguments;
        if (callback.synchronous || size_t(callback.arg) >= arguments.size())
          continue;
        for (FunctionId target : functionsAt(id, arguments[size_t(callback.arg)], maxPointerHops))
          program.entries.push_back({target, callback.runsIn,
                                     (rule->spelling.empty() ? rule->name : rule->spelling) + "()",
                                     shared(f, call.where)});
      }
    }
  }
}

void ProgramBuilder::findEntryPoints(const std::vector<Initializer> &initializers) {
  addFieldEntries();
  addCallbackEntries();
  for (uint32_t i = 0; i < program.entries.size(); ++i)
    program.entriesOf[program.entries[i].function].push_back(i);
}

uint32_t ProgramBuilder::parametersIn(const Function &f, ExprId expr) const {
  uint32_t bits = 0;
  llvm::SmallDenseSet<ExprId, 16> seen;
  llvm::SmallVector<ExprId, 8> work{expr};
  while (!work.empty()) {
    const Expr &e = f.summary.exprs[work.pop_back_val()];
    if (e.kind == ExprKind::Parameter && e.value < 32)
      bits |= 1u << e.value;
    if (e.kind == ExprKind::CallResult)
      continue;
    for (ExprId part : {e.a, e.b, e.c})
      if (part != unknownExpr && seen.insert(part).second)
        work.push_back(part);
  }
  return bits;
}

uint32_t ProgramBuilder::localRelevance(const Function &f) const {
  uint32_t bits = 0;
  for (size_t i = 0; i < f.calls.size(); ++i) {
    const Call &call = f.summary.calls[i];
    if (call.kind == CalleeKind::Indirect && f.summary.exprs[call.target].kind == ExprKind::Parameter)
      bits |= parametersIn(f, call.target);
    const rules::FunctionRule *rule = f.calls[i].rule;
    for (const PathState &state : call.states) {
      for (const Atom &atom : state.guard)
        bits |= parametersIn(f, atom.value);
      if (!rule)
        continue;
      auto use = [&](int argument) {
        if (argument >= 0 && size_t(argument) < state.arguments.size())
          bits |= parametersIn(f, state.arguments[size_t(argument)]);
      };
      use(rule->gfpArg);
      use(rule->sleepGfp);
      for (const rules::CallbackRule &callback : rule->callbacks)
        use(callback.arg);
      if (rule->alloc) {
        use(rule->alloc->gfp);
        use(rule->alloc->order);
        for (int size : rule->alloc->size)
          use(size);
      }
    }
  }
  return bits;
}

void ProgramBuilder::findRelevantParameters() {
  program.relevant.resize(program.all.size());
  std::vector<FunctionId> work;
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    program.relevant[id] = localRelevance(program.all[id]);
    if (program.relevant[id])
      work.push_back(id);
  }
  while (!work.empty()) {
    FunctionId id = work.back();
    work.pop_back();
    for (const CallRef &caller : program.callersOf[id]) {
      const Function &f = program.all[caller.function];
      uint32_t bits = program.relevant[caller.function];
      for (const PathState &state : f.summary.calls[caller.call].states)
        for (size_t i = 0; i < state.arguments.size() && i < 32; ++i)
          if (program.relevant[id] >> i & 1)
            bits |= parametersIn(f, state.arguments[i]);
      if (bits == program.relevant[caller.function])
        continue;
      program.relevant[caller.function] = bits;
      work.push_back(caller.function);
    }
  }
}

bool ProgramBuilder::sleepsLocally(const Function &f) const {
  return llvm::any_of(llvm::seq<size_t>(0, f.calls.size()), [&](size_t i) {
    const rules::FunctionRule *rule = f.calls[i].rule;
    return rule && !f.summary.calls[i].states.empty() &&
           (rule->sleeps != rules::SleepWhen::Never || rule->gfpArg >= 0 || !rule->forbiddenIn.empty() ||
            (rule->alloc && (rule->alloc->gfp >= 0 || !rule->alloc->fixedGfp.empty())));
  });
}

/// Backwards from every site that may sleep, over direct calls and over pointers.
void ProgramBuilder::findSleepers() {
  std::vector<std::vector<FunctionId>> indirectCallers(program.all.size());
  std::vector<FunctionId> work;
  program.sleeps.assign(program.all.size(), false);
  auto mark = [&](FunctionId id) {
    if (!program.sleeps[id]) {
      program.sleeps[id] = true;
      work.push_back(id);
    }
  };
  for (FunctionId id = 0; id < program.all.size(); ++id) {
    const Function &f = program.all[id];
    if (sleepsLocally(f))
      mark(id);
    for (const Call &call : f.summary.calls) {
      if (call.kind != CalleeKind::Indirect)
        continue;
      if (f.summary.exprs[call.target].kind == ExprKind::Parameter)
        mark(id); // its target is only known where the function is bound
      for (FunctionId target : program.targets(f, call))
        indirectCallers[target].push_back(id);
    }
  }
  while (!work.empty()) {
    FunctionId id = work.back();
    work.pop_back();
    for (const CallRef &caller : program.callersOf[id])
      mark(caller.function);
    for (FunctionId caller : indirectCallers[id])
      mark(caller);
  }
}

} // namespace kmem::link
