#include "checker/extract/extract.h"

#include "checker/extract/simulation.h"
#include "checker/extract/stores.h"
#include "checker/summary/serialize.h"
#include "core/frontend/lower.h"

#include "llvm/ADT/SCCIterator.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

namespace kmem {

using namespace summary;
using extract::ModuleIndex;

/// A function a rule speaks for is not looked into; when it is a header inline nobody needs its body at all.
static bool rulesSpeakFor(const rules::FunctionRule &rule) {
  return rule.alloc || rule.free || rule.sleeps != rules::SleepWhen::Never || !rule.effects.empty() || rule.opaque ||
         rule.noReturn || rule.test != rules::ContextTest::None || rule.familyTest >= 0;
}

static bool isInHeader(llvm::StringRef file) { return file.ends_with(".h"); }

static FunctionSummary begin(const llvm::Function &ir, ModuleIndex &index) {
  FunctionSummary function;
  extract::ExprPool pool(function);
  const FunctionFact *fact = index.fact(ir);
  ModuleLocation place = index.placeOf(ir);
  function.key = pool.name(index.functionKey(ir));
  function.symbol = pool.name(ir.getName());
  function.where = {pool.name(fact ? llvm::StringRef(fact->file) : place.file), fact ? fact->line : place.line, 1};
  function.isStatic = ir.hasLocalLinkage();
  function.isInit = fact && fact->isInit;
  function.inHeader = isInHeader(pool.text(function.where.file));
  if (fact)
    for (const std::string &parameter : fact->parameters)
      function.parameters.push_back(pool.name(parameter));
  return function;
}

static FunctionSummary summarize(const llvm::Function &ir, ModuleIndex &index) {
  FunctionSummary function = begin(ir, index);
  extract::ExprPool pool(function);
  llvm::DominatorTree dominators(const_cast<llvm::Function &>(ir));
  extract::Values values(ir, dominators, pool, index);
  extract::Simulation(ir, dominators, function, pool, index, values).run();
  extract::recordStores(ir, function, pool, index, values);
  function.calls.resize(values.calls().size()); // expressions also name results of calls that no path reaches
  return function;
}

/// Functions with a body, callees first.
static std::vector<const llvm::Function *> bottomUp(llvm::Module &module) {
  std::vector<const llvm::Function *> order;
  llvm::CallGraph graph(module);
  for (auto scc = llvm::scc_begin(&graph); !scc.isAtEnd(); ++scc)
    for (const llvm::CallGraphNode *node : *scc)
      if (const llvm::Function *function = node->getFunction(); function && !function->isDeclaration())
        order.push_back(function);
  return order;
}

static std::vector<ContentHash> hashesOfCallees(const llvm::Function &ir,
                                                const llvm::DenseMap<const llvm::Function *, ContentHash> &known) {
  std::vector<ContentHash> hashes;
  for (const llvm::BasicBlock &block : ir)
    for (const llvm::Instruction &instruction : block)
      if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        if (auto it = known.find(call->getCalledFunction()); it != known.end() && it->first->hasLocalLinkage())
          hashes.push_back(it->second);
  return hashes;
}

TuSummary extractSummary(KernelModule &module, const rules::RuleSet &rules, const UnitPlace &place) {
  lowerModule(*module.module);
  ModuleIndex index(module, rules, place);
  TuSummary unit;
  unit.mainFile = place.mainFile;
  std::vector<const llvm::Function *> order = bottomUp(*module.module);
  unit.functions.reserve(order.size()); // callers keep pointers to their callees' summaries
  llvm::DenseMap<const llvm::Function *, ContentHash> hashes;
  for (const llvm::Function *ir : order) {
    const rules::FunctionRule *rule = index.rule(*ir);
    const FunctionFact *fact = index.fact(*ir);
    if (rule && rulesSpeakFor(*rule) && fact && isInHeader(fact->file))
      continue;
    unit.functions.push_back(summarize(*ir, index));
    index.setSummary(*ir, &unit.functions.back());
    hashes[ir] = hashFunction(unit.functions.back(), hashesOfCallees(*ir, hashes));
    unit.hashes.push_back(hashes[ir]);
  }
  unit.initializers = extract::recordInitializers(index);
  return unit;
}

} // namespace kmem
