// The second half of Simulation: with the states settled, writes down calls and exits.
#include "checker/extract/simulation.h"

#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::extract {

using namespace summary;

static uint64_t maxOf(unsigned width) { return width >= 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1; }

Guard Simulation::guardOf(const PathState &state) {
  Guard guard;
  for (const PathFacts::Fact &fact : state.facts.all()) {
    const Expr &e = pool[fact.expr];
    if (e.kind == ExprKind::Constant || !pool.decidableByCaller(fact.expr))
      continue;
    const llvm::ConstantRange &range = fact.range;
    Atom atom;
    atom.value = fact.expr;
    if (range.isWrappedSet()) {
      llvm::ConstantRange hole = range.inverse();
      atom.outside = true;
      atom.low = hole.getUnsignedMin().getZExtValue();
      atom.high = hole.getUnsignedMax().getZExtValue();
    } else {
      atom.low = range.getUnsignedMin().getZExtValue();
      atom.high = range.getUnsignedMax().getZExtValue();
    }
    guard.push_back(atom);
  }
  return guard;
}

void Simulation::record(const llvm::BasicBlock &block) {
  auto it = entryStates.find(&block);
  if (it == entryStates.end())
    return;
  States states = it->second;
  for (const llvm::Instruction &instruction : block) {
    if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
      recordCall(*call, states, dying.contains(&block));
    else if (auto *ret = llvm::dyn_cast<llvm::ReturnInst>(&instruction))
      recordExit(*ret, states);
    step(instruction, states);
  }
}

/// Parts of one argument that are looked at.
static constexpr size_t maxPartsPerArgument = 24;

/// Whether the operands of an expression are numbers that it is computed from.
static bool isComputed(ExprKind kind) {
  return isBinary(kind) || kind == ExprKind::Truncate || kind == ExprKind::Extend || kind == ExprKind::Select ||
         kind == ExprKind::Merge || kind == ExprKind::Opaque;
}

/// Whether `value` is a member of the object at `object`, or of one inside it.
static bool isMemberOf(const ExprPool &pool, ExprId value, ExprId object) {
  const Expr &load = pool[value];
  if (load.kind != ExprKind::FieldLoad)
    return false;
  ExprId base = load.a;
  while (base != object && pool[base].kind == ExprKind::FieldAddress)
    base = pool[base].a;
  return base == object;
}

static std::string signatureOf(const llvm::CallBase &call) {
  std::string text;
  llvm::raw_string_ostream out(text);
  call.getFunctionType()->print(out);
  return text;
}

/// Calls that only change the context leave their mark on the states; nobody needs the call itself.
static bool onlyChangesContext(const rules::FunctionRule &rule) {
  return !rule.effects.empty() && !rule.alloc && !rule.free && rule.sleeps == rules::SleepWhen::Never &&
         rule.callbacks.empty();
}

/// Writes down what the path knows of the values that `argument` is computed from.
void Simulation::recordParts(const PathState &state, ExprId argument, std::vector<PartRange> &parts) {
  llvm::SmallVector<ExprId, 8> work;
  auto addOperands = [&](const Expr &e) {
    for (ExprId part : {e.a, e.b, e.c})
      if (part != unknownExpr)
        work.push_back(part);
  };
  if (isComputed(pool[argument].kind))
    addOperands(pool[argument]);
  for (size_t i = 0; i < work.size() && i < maxPartsPerArgument; ++i) {
    const Expr e = pool[work[i]];
    if (isComputed(e.kind))
      addOperands(e);
    if (e.kind == ExprKind::Constant || e.kind == ExprKind::Compare)
      continue;
    llvm::ConstantRange range = state.facts.rangeOf(work[i]);
    PartRange part{work[i], range.getUnsignedMin().getZExtValue(), range.getUnsignedMax().getZExtValue(),
                   state.facts.isChecked(work[i])};
    bool known = part.checked || part.low > 0 || part.high < maxOf(e.width);
    if (known && !llvm::is_contained(parts, part))
      parts.push_back(part);
  }
}

/// Writes down which members of an object that is handed on were held against a limit: the callee may rely on it.
void Simulation::recordMembers(const PathState &state, ExprId object, std::vector<PartRange> &parts) {
  if (object == unknownExpr || pool.isConstant(object))
    return;
  for (ExprId value : state.facts.checkedValues()) {
    if (!isMemberOf(pool, value, object))
      continue;
    llvm::ConstantRange range = state.facts.rangeOf(value);
    PartRange part{value, range.getUnsignedMin().getZExtValue(), range.getUnsignedMax().getZExtValue(), true};
    if (!llvm::is_contained(parts, part))
      parts.push_back(part);
  }
}

void Simulation::recordCall(const llvm::CallBase &call, const States &states, bool isDying) {
  bool spoken = !call.isInlineAsm() || index.ruleOfAssembly(call);
  if (call.getIntrinsicID() != llvm::Intrinsic::not_intrinsic || !spoken)
    return;
  unsigned id = values.callIndex(call);
  if (function.calls.size() <= id)
    function.calls.resize(id + 1);
  Call recorded;
  ModuleLocation place = index.placeOf(call);
  recorded.where = {pool.name(place.file), place.line, place.column};
  recorded.dying = isDying;
  auto *callee = llvm::dyn_cast<llvm::Function>(call.getCalledOperand()->stripPointerCasts());
  if (callee) {
    recorded.callee = pool.name(index.functionKey(*callee));
    if (const rules::FunctionRule *known = index.rule(*callee); known && onlyChangesContext(*known)) {
      function.calls[id] = recorded;
      return;
    }
  } else if (call.isInlineAsm()) {
    recorded.callee = pool.name(ModuleIndex::calledByAssembly(call));
  } else {
    recorded.kind = CalleeKind::Indirect;
    recorded.target = values.of(*call.getCalledOperand());
    recorded.signature = pool.name(signatureOf(call));
  }
  const rules::FunctionRule *rule = callee ? index.rule(*callee) : nullptr;
  bool freed = rule && rule->free; // of a freed pointer it matters whether the path looked at it
  for (const PathState &state : states) {
    summary::PathState reached;
    reached.delta = state.delta;
    reached.held.assign(state.held.begin(), state.held.end());
    reached.guard = guardOf(state);
    for (const llvm::Use &use : call.args()) {
      ExprId raw = values.of(*use);
      ExprId value = state.facts.simplify(raw);
      reached.arguments.push_back(value);
      if (use->getType()->isPointerTy())
        recordMembers(state, value, reached.parts);
      unsigned width = pool[value].width;
      bool bounded = use->getType()->isIntegerTy() ? width >= 16 : freed && use->getType()->isPointerTy();
      if (!bounded || pool.isConstant(value))
        continue;
      llvm::ConstantRange range = state.facts.rangeOf(value);
      ArgumentRange bounds;
      bounds.argument = uint8_t(use.getOperandNo());
      bounds.low = range.getUnsignedMin().getZExtValue();
      bounds.high = range.getUnsignedMax().getZExtValue();
      bounds.checked = freed ? state.facts.mentions(value) : state.facts.isChecked(value) || state.facts.isChecked(raw);
      if (bounds.checked || bounds.low > 0 || bounds.high < maxOf(width))
        reached.ranges.push_back(bounds);
      if (use->getType()->isIntegerTy())
        recordParts(state, value, reached.parts);
    }
    if (!llvm::is_contained(recorded.states, reached))
      recorded.states.push_back(std::move(reached));
  }
  function.calls[id] = std::move(recorded);
}

void Simulation::recordExit(const llvm::ReturnInst &ret, const States &states) {
  for (const PathState &state : states) {
    Exit exit;
    exit.delta = state.delta;
    exit.held.assign(state.held.begin(), state.held.end());
    exit.guard = guardOf(state);
    if (const llvm::Value *value = ret.getReturnValue()) {
      exit.value = state.facts.simplify(values.of(*value));
      llvm::ConstantRange range = state.facts.rangeOf(exit.value);
      if (exit.value && pool[exit.value].width == range.getBitWidth()) {
        exit.low = range.getUnsignedMin().getZExtValue();
        exit.high = range.getUnsignedMax().getZExtValue();
        exit.nonZero = !range.contains(llvm::APInt::getZero(range.getBitWidth()));
      }
    }
    if (!llvm::is_contained(function.exits, exit))
      function.exits.push_back(std::move(exit));
  }
}

} // namespace kmem::extract
