// Stage: link. Walks the program from every root (functions on their own, and entry points in the context the rules
// give them) with the context and the bound parameters, cheapest paths first, and hands every site it meets to a
// visitor. A function is walked once for each context and binding that matters to it.
#pragma once

#include "checker/link/evaluate.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem::link {

/// Bindings told apart per function and context; beyond, the parameters count as unknown.
inline constexpr unsigned maxBindingsPerContext = 32;
/// Longest chain of calls from the root to a site.
inline constexpr unsigned maxChainLength = 12;

/// One function on a path: how it was entered.
struct PathNode {
  FunctionId function = noFunction;
  Context context; ///< at the function's entry
  Binding binding;
  int32_t parent = -1;          ///< index of the caller's node; -1 at a root
  uint32_t call = 0, state = 0; ///< in the parent: which call, in which of its states
  int32_t entry = -1;           ///< at a root: index of the entry point, or -1 for the function on its own
  uint16_t length = 0;          ///< calls since the root
  uint16_t doubts = 0;          ///< indirect calls and undecided guards on the way
};

/// A call that a rule speaks for, in one state of one path.
struct SiteVisit {
  const PathNode *node = nullptr;
  uint32_t nodeIndex = 0;
  CallRef call;
  const summary::Call *site = nullptr;
  const summary::PathState *state = nullptr;
  const rules::FunctionRule *rule = nullptr;
  Context context;           ///< at the site
  bool mayNotHappen = false; ///< a guard could not be decided
};

class ContextWalk {
public:
  explicit ContextWalk(const Program &program) : program(program), evaluator(program) {}

  void run(llvm::function_ref<void(const SiteVisit &)> visit);

  const Program &programWalked() const { return program; }
  const Evaluator &evaluation() const { return evaluator; }
  const PathNode &node(uint32_t index) const { return nodes[index]; }
  /// An argument's value at a site.
  Value argument(const SiteVisit &visit, int index) const;

private:
  struct Step;
  void addRoots();
  void walkFunction(uint32_t nodeIndex, llvm::function_ref<void(const SiteVisit &)> visit);
  void walkCall(uint32_t nodeIndex, uint32_t call, uint32_t state, llvm::function_ref<void(const SiteVisit &)> visit);
  void enter(uint32_t from, uint32_t call, uint32_t state, FunctionId target, Context context, unsigned doubts);
  void enterCallbacks(uint32_t from, uint32_t call, uint32_t state, const rules::FunctionRule &rule, Context context);
  llvm::SmallVector<FunctionId, 4> likelyTargets(uint32_t nodeIndex, const summary::Call &call) const;
  void push(PathNode node);
  Binding bind(const PathNode &caller, const summary::PathState &state, FunctionId target) const;
  bool worthEntering(FunctionId target, const Context &context, const Binding &binding) const;

  const Program &program;
  Evaluator evaluator;
  std::vector<PathNode> nodes;
  std::vector<std::vector<uint32_t>> buckets; ///< node indices by cost
  llvm::DenseMap<std::pair<FunctionId, uint32_t>, std::vector<Binding>> seen;
};

} // namespace kmem::link
