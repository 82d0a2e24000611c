#include "checker/extract/simulation.h"

#include "checker/extract/settle_exits.h"

#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

namespace kmem::extract {

using namespace summary;
using PathState = extract::PathState;

Simulation::Simulation(const llvm::Function &ir, const llvm::DominatorTree &dominators, FunctionSummary &function,
                       ExprPool &pool, ModuleIndex &index, Values &values)
    : ir(ir), dominators(dominators), function(function), pool(pool), index(index), values(values),
      effects(function, pool, index, values) {}

void Simulation::orderBlocks() {
  llvm::ReversePostOrderTraversal<const llvm::Function *> traversal(&ir);
  for (const llvm::BasicBlock *block : traversal) {
    position[block] = unsigned(order.size());
    order.push_back(block);
  }
  pending.assign(order.size(), false);
}

/// A block is dying when every way on from it ends in code that does not return (BUG, panic).
void Simulation::findDyingBlocks() {
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
      const llvm::Instruction *end = (*it)->getTerminator();
      bool dies = llvm::isa<llvm::UnreachableInst>(end);
      if (!dies && end->getNumSuccessors() > 0)
        dies = llvm::all_of(llvm::successors(*it), [&](const llvm::BasicBlock *next) { return dying.contains(next); });
      if (dies)
        changed |= dying.insert(*it).second;
    }
  }
}

void Simulation::run() {
  orderBlocks();
  findDyingBlocks();
  entryStates[order.front()].push_back(PathState(pool));
  pending[0] = true;
  for (bool any = true; any;) {
    any = false;
    for (size_t i = 0; i < order.size(); ++i) {
      if (!pending[i])
        continue;
      pending[i] = false;
      any = true;
      visit(*order[i]);
    }
  }
  for (const llvm::BasicBlock *block : order)
    record(*block);
  settleExits(function);
  function.noReturn = function.exits.empty();
}

void Simulation::visit(const llvm::BasicBlock &block) {
  unsigned &count = visits[&block];
  if (++count > maxVisits) {
    function.truncated = true;
    return;
  }
  States states = entryStates[&block];
  for (const llvm::Instruction &instruction : block)
    step(instruction, states);
  leave(block, states);
}

void Simulation::step(const llvm::Instruction &instruction, States &states) {
  if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
    stepCall(*call, states);
  else if (auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction))
    stepStore(*store, states);
}

/// Instrumentation that the configuration left empty takes addresses and does nothing with them.
static bool writesNothing(const llvm::CallBase &call) {
  const llvm::Function *callee = call.getCalledFunction();
  return callee && callee->size() == 1 && llvm::none_of(callee->front(), [](const llvm::Instruction &instruction) {
           return instruction.mayWriteToMemory();
         });
}

void Simulation::stepCall(const llvm::CallBase &call, States &states) {
  if (call.getIntrinsicID() != llvm::Intrinsic::not_intrinsic || call.isInlineAsm())
    return;
  ExprId result = values.of(call);
  bool harmless = writesNothing(call);
  bool named = result && pool[result].kind == ExprKind::CallResult;
  const llvm::Function *callee = call.getCalledFunction();
  const rules::FunctionRule *ruled = callee ? index.rule(*callee) : nullptr;
  bool refilled = ruled && !ruled->sources.empty();
  for (PathState &state : states) {
    if (named)
      state.facts.forget(result);
    // A stored flag may be changed by whoever is called; a stored pointer stays, and what was compared is taken to
    // last: flags that guard a lock are tested twice.
    if (!ruled)
      state.facts.forgetStoredConstants([](const Expr &e) {
        return e.kind == ExprKind::FieldLoad || e.kind == ExprKind::GlobalLoad || e.kind == ExprKind::PointeeLoad;
      });
    for (const llvm::Use &use : call.args()) {
      if (!use->getType()->isPointerTy() || harmless)
        continue;
      const Expr address = pool[values.of(*use)];
      if (address.kind == ExprKind::SlotAddress) {
        auto inSlot = [&](const Expr &e) { // the variable, or any member of it
          return e == address || (e.kind == ExprKind::SlotLoad && e.value == address.value);
        };
        if (refilled)
          state.facts.forgetIf(inSlot);
        else
          state.facts.forgetValuesIf(inSlot);
      } else if (address.kind == ExprKind::FieldAddress)
        state.facts.forgetIf([&](const Expr &e) { return e.kind == ExprKind::FieldLoad && e.name == address.name; });
    }
  }
  effects.apply(call, states);
}

void Simulation::stepStore(const llvm::StoreInst &store, States &states) {
  ExprId at = values.of(*store.getPointerOperand());
  if (!at)
    return;
  const Expr address = pool[at];
  llvm::Type *type = store.getValueOperand()->getType();
  bool scalar = type->isPointerTy() || (type->isIntegerTy() && type->getIntegerBitWidth() <= 64);
  unsigned width = type->isIntegerTy() && scalar ? type->getIntegerBitWidth() : 64;
  ExprId load = scalar ? values.loadFrom(at, width, values.isForeignEndian(*store.getPointerOperand())) : unknownExpr;
  for (PathState &state : states) {
    ExprId value = scalar ? state.facts.simplify(values.of(*store.getValueOperand())) : unknownExpr;
    state.facts.forgetIf([&](const Expr &e) {
      switch (address.kind) {
      case ExprKind::FieldAddress:
        return e.kind == ExprKind::FieldLoad && e.name == address.name;
      case ExprKind::GlobalAddress:
        return e.kind == ExprKind::GlobalLoad && e.name == address.name;
      case ExprKind::SlotAddress:
        return e.kind == ExprKind::SlotLoad && e.value == address.value;
      default:
        return e.kind == ExprKind::PointeeLoad && e.a == at;
      }
    });
    if (load && address.kind != ExprKind::GlobalAddress)
      state.facts.setAlias(load, value);
  }
}

void Simulation::leave(const llvm::BasicBlock &block, const States &states) {
  const llvm::Instruction *end = block.getTerminator();
  if (auto *branch = llvm::dyn_cast<llvm::BranchInst>(end); branch && branch->isConditional()) {
    ExprId condition = values.of(*branch->getCondition());
    for (const PathState &state : states)
      for (bool taken : {true, false}) {
        PathState next = state;
        if (next.facts.assume(condition, taken))
          flow(block, *branch->getSuccessor(taken ? 0 : 1), std::move(next));
      }
    return;
  }
  if (auto *choice = llvm::dyn_cast<llvm::SwitchInst>(end)) {
    ExprId value = values.of(*choice->getCondition());
    for (const PathState &state : states) {
      PathState other = state;
      bool otherFeasible = true;
      for (const auto &arm : choice->cases()) {
        if (arm.getCaseValue()->getBitWidth() > 64)
          continue;
        PathState next = state;
        llvm::ConstantRange range(arm.getCaseValue()->getValue());
        if (next.facts.assumeRange(value, range))
          flow(block, *arm.getCaseSuccessor(), std::move(next));
        otherFeasible &= other.facts.assumeRange(value, range.inverse());
      }
      if (otherFeasible)
        flow(block, *choice->getDefaultDest(), std::move(other));
    }
    return;
  }
  for (const llvm::BasicBlock *next : llvm::successors(&block))
    for (const PathState &state : states)
      flow(block, *next, state);
}

void Simulation::takePhis(const llvm::BasicBlock &from, const llvm::BasicBlock &to, PathState &state) {
  bool loops =
      llvm::any_of(llvm::predecessors(&to), [&](const llvm::BasicBlock *p) { return dominators.dominates(&to, p); });
  llvm::SmallVector<std::pair<ExprId, ExprId>, 4> taken; // all phis read before any is written
  for (const llvm::PHINode &phi : to.phis()) {
    ExprId id = values.of(phi);
    ExprId incoming = values.of(*phi.getIncomingValueForBlock(&from));
    if (id && !pool.isConstant(id))
      taken.push_back({id, loops ? unknownExpr : state.facts.simplify(incoming)});
  }
  for (auto [id, incoming] : taken)
    if (pool[id].kind != ExprKind::Parameter)
      state.facts.forget(id);
  for (auto [id, incoming] : taken)
    state.facts.setAlias(id, incoming);
}

/// A loop that holds one lock more each time round is one whose release was not seen, in a callee that drops its
/// caller's lock or behind a pointer: the deeper state is an artefact.
bool Simulation::accumulates(const llvm::BasicBlock &from, const llvm::BasicBlock &to, const PathState &state) {
  const States &known = entryStates[&to];
  if (known.empty() || !dominators.dominates(&to, &from))
    return false;
  return llvm::all_of(known, [&](const PathState &entry) {
    const ContextDelta &now = state.delta, &then = entry.delta;
    return now.preempt > then.preempt || now.softirq > then.softirq || now.rcu > then.rcu;
  });
}

void Simulation::flow(const llvm::BasicBlock &from, const llvm::BasicBlock &to, PathState state) {
  if (accumulates(from, to, state))
    return;
  takePhis(from, to, state);
  if (join(to, std::move(state)))
    pending[position[&to]] = true;
}

bool Simulation::join(const llvm::BasicBlock &to, PathState state) {
  States &states = entryStates[&to];
  if (visits[&to] > maxPreciseVisits)
    state.facts = PathFacts(pool);
  for (PathState &known : states) {
    if (!known.sameProperty(state))
      continue;
    PathFacts before = known.facts;
    known.facts.mergeWith(state.facts);
    return !(known.facts == before);
  }
  if (states.size() >= maxStatesPerBlock) {
    function.truncated = true;
    return false;
  }
  states.push_back(std::move(state));
  return true;
}

} // namespace kmem::extract
