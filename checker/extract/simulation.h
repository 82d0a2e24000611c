// Stage: extract. Property simulation (ESP) of one function: walks its blocks with a few states each, splitting where
// the context differs and merging where it does not, then records what was reached in which state.
#pragma once

#include "checker/extract/context_effects.h"

#include "llvm/ADT/DenseMap.h"

namespace llvm {
class BasicBlock;
class ReturnInst;
class StoreInst;
} // namespace llvm

namespace kmem::extract {

/// A block visited more often than this forgets what its paths know; contexts are still told apart.
inline constexpr unsigned maxPreciseVisits = 12;
/// A block visited more often than this is left as it is and the summary marked truncated.
inline constexpr unsigned maxVisits = 40;

class Simulation {
public:
  Simulation(const llvm::Function &ir, const llvm::DominatorTree &dominators, summary::FunctionSummary &function,
             ExprPool &pool, ModuleIndex &index, Values &values);

  /// Fills calls, exits and acquisitions of the summary.
  void run();

private:
  using States = llvm::SmallVector<PathState, 2>;

  void orderBlocks();
  void findDyingBlocks();
  void visit(const llvm::BasicBlock &block);
  void step(const llvm::Instruction &instruction, States &states);
  void stepCall(const llvm::CallBase &call, States &states);
  void stepStore(const llvm::StoreInst &store, States &states);
  void leave(const llvm::BasicBlock &block, const States &states);
  void flow(const llvm::BasicBlock &from, const llvm::BasicBlock &to, PathState state);
  bool join(const llvm::BasicBlock &to, PathState state);
  void takePhis(const llvm::BasicBlock &from, const llvm::BasicBlock &to, PathState &state);

  void record(const llvm::BasicBlock &block);
  void recordCall(const llvm::CallBase &call, const States &states, bool dying);
  void recordMembers(const PathState &state, summary::ExprId object, std::vector<summary::PartRange> &parts);
  void recordParts(const PathState &state, summary::ExprId argument, std::vector<summary::PartRange> &parts);
  void recordExit(const llvm::ReturnInst &ret, const States &states);
  bool accumulates(const llvm::BasicBlock &from, const llvm::BasicBlock &to, const PathState &state);
  summary::Guard guardOf(const PathState &state);

  const llvm::Function &ir;
  const llvm::DominatorTree &dominators;
  summary::FunctionSummary &function;
  ExprPool &pool;
  ModuleIndex &index;
  Values &values;
  ContextEffects effects;

  std::vector<const llvm::BasicBlock *> order;
  llvm::DenseMap<const llvm::BasicBlock *, unsigned> position;
  llvm::DenseMap<const llvm::BasicBlock *, States> entryStates;
  llvm::DenseMap<const llvm::BasicBlock *, unsigned> visits;
  llvm::DenseSet<const llvm::BasicBlock *> dying;
  std::vector<bool> pending;
};

} // namespace kmem::extract
