#include "checker/link/builder.h"

#include "llvm/ADT/StringExtras.h"

#include <map>
#include <set>

namespace kmem::link {

using namespace summary;

struct Linker::State {
  std::unique_ptr<Program> program = std::make_unique<Program>();
  std::map<ContentHash, FunctionId> byHash;
  std::vector<llvm::DenseMap<NameKey, FunctionId>> units; ///< static functions by key, per unit
  std::vector<uint32_t> unitOf;                           ///< the unit that resolves a function's static callees
  std::vector<Initializer> initializers;
};

/// The part of ProgramBuilder's work that needs to know which unit a static callee belongs to.
static void resolveStatics(Program &program, const std::vector<llvm::DenseMap<NameKey, FunctionId>> &units,
                           const std::vector<uint32_t> &unitOf, std::vector<Function> &functions) {
  for (FunctionId id = 0; id < functions.size(); ++id) {
    Function &f = functions[id];
    f.calls.resize(f.summary.calls.size());
    for (size_t i = 0; i < f.calls.size(); ++i) {
      const Call &call = f.summary.calls[i];
      if (call.kind != CalleeKind::Direct || call.callee == noName)
        continue;
      auto it = units[unitOf[id]].find(f.names[call.callee]);
      if (it != units[unitOf[id]].end())
        f.calls[i].target = it->second;
    }
  }
}

Linker::Linker(const rules::RuleSet &rules, const ValueTable &values) : state(std::make_unique<State>()) {
  state->program->ruleSet = &rules;
  state->program->values = values;
}

Linker::~Linker() = default;

bool Linker::wants(const ContentHash &hash) const { return !state->byHash.contains(hash); }

void Linker::add(TuSummary unit) {
  Program &program = *state->program;
  uint32_t unitId = uint32_t(state->units.size());
  NameKey mainFile = program.nameTable.intern(unit.mainFile);
  state->units.emplace_back();
  for (size_t i = 0; i < unit.functions.size(); ++i) {
    auto [it, inserted] = state->byHash.try_emplace(unit.hashes[i], FunctionId(program.all.size()));
    if (inserted) {
      Function f;
      f.summary = std::move(unit.functions[i]);
      for (const std::string &name : f.summary.names)
        f.names.push_back(program.nameTable.intern(name));
      f.summary.names.clear();
      f.summary.names.shrink_to_fit();
      program.all.push_back(std::move(f));
      state->unitOf.push_back(unitId);
    }
    Function &f = program.all[it->second];
    if (inserted || program.text(mainFile) < program.text(f.unit))
      f.unit = mainFile;
    if (f.summary.isStatic)
      state->units[unitId][f.names[f.summary.key]] = it->second;
  }
  state->initializers.insert(state->initializers.end(), std::make_move_iterator(unit.initializers.begin()),
                             std::make_move_iterator(unit.initializers.end()));
}

std::unique_ptr<Program> Linker::finish() {
  resolveStatics(*state->program, state->units, state->unitOf, state->program->all);
  ProgramBuilder(*state->program).build(std::move(state->initializers));
  return std::move(state->program);
}

} // namespace kmem::link
