// Stage: extract. What a call does to the context of a path: by its rule (spin_lock), or by the exits of a callee of
// this unit that returns in another context than it was called in (a lock wrapper).
#pragma once

#include "checker/extract/path_state.h"
#include "checker/extract/values.h"

namespace kmem::extract {

class ContextEffects {
public:
  ContextEffects(summary::FunctionSummary &function, ExprPool &pool, ModuleIndex &index, Values &values)
      : function(function), pool(pool), index(index), values(values) {}

  /// Replaces `states` by what they become across the call; a trylock splits them.
  void apply(const llvm::CallBase &call, llvm::SmallVectorImpl<PathState> &states);

private:
  void applyRule(const rules::FunctionRule &rule, const llvm::CallBase &call, PathState &state);
  void applyEffect(const rules::ContextEffect &effect, const rules::FunctionRule &rule, const llvm::CallBase &call,
                   PathState &state);
  void applyExits(const summary::FunctionSummary &callee, const llvm::CallBase &call, const PathState &before,
                  llvm::SmallVectorImpl<PathState> &after);
  void splitByResult(const rules::FunctionRule &rule, const llvm::CallBase &call, const PathState &before,
                     llvm::SmallVectorImpl<PathState> &after);
  void acquire(PathState &state, const llvm::CallBase &call, ContextSet components, llvm::StringRef primitive,
               ExprId lock);
  void release(PathState &state, ContextSet components, ExprId lock);
  NameId lockName(ExprId lock);

  summary::FunctionSummary &function;
  ExprPool &pool;
  ModuleIndex &index;
  Values &values;
};

/// True when a call can leave another context behind than it found.
bool changesContext(const summary::FunctionSummary &callee);

} // namespace kmem::extract
