#include "checker/extract/values.h"

#include "checker/extract/instantiate.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

namespace kmem::extract {

using namespace summary;

/// A phi with more incoming values than this is one unknown.
static constexpr unsigned maxMergedValues = 6;

Values::Values(const llvm::Function &function, const llvm::DominatorTree &dominators, ExprPool &pool,
               ModuleIndex &index)
    : dominators(dominators), pool(pool), index(index) {
  findStores(function);
}

static bool isMemory(ExprKind addressKind) { return addressKind != ExprKind::SlotAddress; }

/// Before any other value, so that every load behind an address that is stored to knows.
void Values::findStores(const llvm::Function &function) {
  for (const llvm::BasicBlock &block : function)
    for (const llvm::Instruction &instruction : block) {
      auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction);
      ExprId place = store ? of(*store->getPointerOperand()) : unknownExpr;
      if (!place || !isMemory(pool[place].kind))
        continue;
      const llvm::Value &address = *store->getPointerOperand();
      overwritten.add(*store, place, loadFrom(place, widthOf(*store->getValueOperand()), isForeignEndian(address)));
    }
}

/// A value that outlives a store to its place is told apart from what is loaded there later.
ExprId Values::ofLoad(const llvm::LoadInst &load) {
  const llvm::Value &address = *load.getPointerOperand();
  ExprId at = of(address);
  if (!at)
    return opaque(load);
  ExprId plain = loadFrom(at, widthOf(load), isForeignEndian(address));
  if (!isMemory(pool[at].kind) || !overwritten.outlives(load, at))
    return plain;
  Expr old = pool[plain];
  old.value += int64_t(numberOf(load) + 1) * loadVersion;
  return pool.intern(old);
}

unsigned Values::widthOf(const llvm::Value &value) const {
  llvm::Type *type = value.getType();
  return type->isIntegerTy() && type->getIntegerBitWidth() <= 64 ? type->getIntegerBitWidth() : 64;
}

unsigned Values::numberOf(const llvm::Value &value) {
  return numbers.try_emplace(&value, unsigned(numbers.size())).first->second;
}

unsigned Values::callIndex(const llvm::CallBase &call) {
  auto [it, inserted] = callIndices.try_emplace(&call, unsigned(callList.size()));
  if (inserted)
    callList.push_back(&call);
  return it->second;
}

ExprId Values::opaque(const llvm::Value &value, ExprId source) {
  return pool.leaf(ExprKind::Opaque, numberOf(value), widthOf(value), noName, source);
}

ExprId Values::of(const llvm::Value &value) {
  auto it = memo.find(&value);
  if (it != memo.end())
    return it->second;
  memo[&value] = unknownExpr; // cuts cycles; phis of loops take an identity of their own before they recurse
  ExprId id = compute(value);
  memo[&value] = id;
  return id;
}

ExprId Values::compute(const llvm::Value &value) {
  if (auto *number = llvm::dyn_cast<llvm::ConstantInt>(&value))
    return number->getBitWidth() <= 64 ? pool.constant(int64_t(number->getZExtValue()), number->getBitWidth())
                                       : unknownExpr;
  if (llvm::isa<llvm::ConstantPointerNull>(value))
    return pool.constant(0, 64);
  if (auto *argument = llvm::dyn_cast<llvm::Argument>(&value))
    return pool.leaf(ExprKind::Parameter, argument->getArgNo(), widthOf(value));
  if (auto *function = llvm::dyn_cast<llvm::Function>(&value))
    return pool.leaf(ExprKind::FunctionAddress, 0, 64, pool.name(index.functionKey(*function)));
  if (auto *global = llvm::dyn_cast<llvm::GlobalVariable>(&value))
    return pool.leaf(ExprKind::GlobalAddress, 0, 64, pool.name(index.globalKey(*global)));
  if (auto *alias = llvm::dyn_cast<llvm::GlobalAlias>(&value))
    return of(*alias->getAliasee());
  if (auto *gep = llvm::dyn_cast<llvm::GEPOperator>(&value))
    return ofAddress(*gep);
  if (auto *constant = llvm::dyn_cast<llvm::ConstantExpr>(&value))
    return constant->isCast() ? pool.cast(of(*constant->getOperand(0)), widthOf(value), false) : unknownExpr;
  if (auto *instruction = llvm::dyn_cast<llvm::Instruction>(&value))
    return ofInstruction(*instruction);
  return unknownExpr;
}

static std::optional<ExprKind> binaryKind(unsigned opcode) {
  switch (opcode) {
  case llvm::Instruction::And:
    return ExprKind::And;
  case llvm::Instruction::Or:
    return ExprKind::Or;
  case llvm::Instruction::Xor:
    return ExprKind::Xor;
  case llvm::Instruction::Add:
    return ExprKind::Add;
  case llvm::Instruction::Sub:
    return ExprKind::Sub;
  case llvm::Instruction::Mul:
    return ExprKind::Mul;
  case llvm::Instruction::Shl:
    return ExprKind::Shl;
  case llvm::Instruction::LShr:
    return ExprKind::LShr;
  case llvm::Instruction::UDiv:
    return ExprKind::UDiv;
  case llvm::Instruction::URem:
    return ExprKind::URem;
  default:
    return std::nullopt;
  }
}

static Predicate predicateOf(llvm::CmpInst::Predicate predicate) {
  switch (predicate) {
  case llvm::CmpInst::ICMP_NE:
    return Predicate::Ne;
  case llvm::CmpInst::ICMP_ULT:
    return Predicate::Ult;
  case llvm::CmpInst::ICMP_ULE:
    return Predicate::Ule;
  case llvm::CmpInst::ICMP_UGT:
    return Predicate::Ugt;
  case llvm::CmpInst::ICMP_UGE:
    return Predicate::Uge;
  case llvm::CmpInst::ICMP_SLT:
    return Predicate::Slt;
  case llvm::CmpInst::ICMP_SLE:
    return Predicate::Sle;
  case llvm::CmpInst::ICMP_SGT:
    return Predicate::Sgt;
  case llvm::CmpInst::ICMP_SGE:
    return Predicate::Sge;
  default:
    return Predicate::Eq;
  }
}

ExprId Values::ofInstruction(const llvm::Instruction &instruction) {
  if (auto *cast = llvm::dyn_cast<llvm::CastInst>(&instruction)) {
    ExprId operand = of(*cast->getOperand(0));
    return operand ? pool.cast(operand, widthOf(instruction), llvm::isa<llvm::SExtInst>(cast)) : opaque(instruction);
  }
  if (auto kind = binaryKind(instruction.getOpcode())) {
    ExprId a = of(*instruction.getOperand(0)), b = of(*instruction.getOperand(1));
    return a && b ? pool.binary(*kind, widthOf(instruction), a, b) : opaque(instruction);
  }
  if (auto *compare = llvm::dyn_cast<llvm::ICmpInst>(&instruction)) {
    ExprId a = of(*compare->getOperand(0)), b = of(*compare->getOperand(1));
    return a && b ? pool.compare(predicateOf(compare->getPredicate()), a, b) : opaque(instruction);
  }
  if (auto *load = llvm::dyn_cast<llvm::LoadInst>(&instruction))
    return ofLoad(*load);
  if (auto *select = llvm::dyn_cast<llvm::SelectInst>(&instruction)) {
    ExprId condition = of(*select->getCondition());
    ExprId a = of(*select->getTrueValue()), b = of(*select->getFalseValue());
    return condition ? pool.select(widthOf(instruction), condition, a, b) : opaque(instruction);
  }
  if (auto *phi = llvm::dyn_cast<llvm::PHINode>(&instruction))
    return ofPhi(*phi);
  if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
    return ofCall(*call);
  if (llvm::isa<llvm::AllocaInst>(instruction))
    return pool.leaf(ExprKind::SlotAddress, numberOf(instruction), 64);
  if (auto *freeze = llvm::dyn_cast<llvm::FreezeInst>(&instruction))
    return of(*freeze->getOperand(0));
  if (auto *extract = llvm::dyn_cast<llvm::ExtractValueInst>(&instruction))
    return ofMember(*extract);
  return opaque(instruction);
}

/// The number that an overflow-checked operation yields is the operation; its flag is unknown.
ExprId Values::ofMember(const llvm::ExtractValueInst &extract) {
  const llvm::Value &aggregate = *extract.getAggregateOperand();
  auto *checked = llvm::dyn_cast<llvm::WithOverflowInst>(&aggregate);
  if (!checked || extract.getIndices().front() != 0)
    return opaque(extract, checked ? unknownExpr : of(aggregate));
  std::optional<ExprKind> kind = binaryKind(checked->getBinaryOp());
  ExprId a = of(*checked->getLHS()), b = of(*checked->getRHS());
  return kind && a && b ? pool.binary(*kind, widthOf(extract), a, b) : opaque(extract);
}

ExprId Values::loadFrom(ExprId address, unsigned width, bool foreignEndian) {
  const Expr at = pool[address];
  switch (at.kind) {
  case ExprKind::FieldAddress: {
    Expr load;
    load.kind = ExprKind::FieldLoad;
    load.width = uint8_t(width);
    load.name = at.name;
    load.value = foreignEndian;
    load.a = at.a;
    return pool.intern(load);
  }
  case ExprKind::GlobalAddress:
    return pool.leaf(ExprKind::GlobalLoad, 0, width, at.name);
  case ExprKind::SlotAddress:
    return pool.leaf(ExprKind::SlotLoad, at.value, width);
  default:
    return pool.leaf(ExprKind::PointeeLoad, 0, width, noName, address);
  }
}

ExprId Values::ofIntrinsic(const llvm::CallBase &call) {
  switch (call.getIntrinsicID()) {
  case llvm::Intrinsic::umin:
    return pool.binary(ExprKind::UMin, widthOf(call), of(*call.getArgOperand(0)), of(*call.getArgOperand(1)));
  case llvm::Intrinsic::umax:
    return pool.binary(ExprKind::UMax, widthOf(call), of(*call.getArgOperand(0)), of(*call.getArgOperand(1)));
  case llvm::Intrinsic::expect:
  case llvm::Intrinsic::expect_with_probability:
    return of(*call.getArgOperand(0));
  case llvm::Intrinsic::bswap:
  case llvm::Intrinsic::umul_with_overflow:
  case llvm::Intrinsic::uadd_with_overflow:
    return opaque(call, of(*call.getArgOperand(0)));
  default:
    return opaque(call);
  }
}

ExprId Values::ofCall(const llvm::CallBase &call) {
  if (call.getIntrinsicID() != llvm::Intrinsic::not_intrinsic)
    return ofIntrinsic(call);
  if (index.ruleOfAssembly(call))
    return pool.leaf(ExprKind::CallResult, callIndex(call), widthOf(call));
  if (call.isInlineAsm()) // byte swaps are intrinsics; what is left searches or counts bits, and the result is small
    return opaque(call);
  auto *callee = llvm::dyn_cast<llvm::Function>(call.getCalledOperand()->stripPointerCasts());
  if (callee) {
    if (const rules::FunctionRule *rule = index.rule(*callee)) {
      if (rule->test != rules::ContextTest::None)
        return pool.leaf(ExprKind::ContextTest, int64_t(rule->test), widthOf(call));
      if (rule->familyTest >= 0 && unsigned(rule->familyTest) < call.arg_size())
        return pool.leaf(ExprKind::FamilyTest, 0, widthOf(call), pool.name(rule->familyTestFor),
                         of(*call.getArgOperand(unsigned(rule->familyTest))));
    } else if (const FunctionSummary *known = index.summaryOf(*callee)) {
      std::vector<ExprId> arguments;
      for (const llvm::Use &argument : call.args())
        arguments.push_back(of(*argument));
      if (ExprId result = instantiateResult(*known, arguments, pool))
        return pool.cast(result, widthOf(call), false);
    }
  }
  return pool.leaf(ExprKind::CallResult, callIndex(call), widthOf(call));
}

bool Values::isLoopHeader(const llvm::PHINode &phi) const {
  for (const llvm::BasicBlock *from : phi.blocks())
    if (dominators.dominates(phi.getParent(), from))
      return true;
  return false;
}

ExprId Values::ofPhi(const llvm::PHINode &phi) {
  if (isLoopHeader(phi))
    return ofLoopPhi(phi);
  if (ExprId diamond = ofDiamond(phi))
    return diamond;
  if (phi.getNumIncomingValues() > maxMergedValues)
    return opaque(phi);
  // The number keeps two phis over the same values apart: paths know which of them has which.
  ExprId merged = of(*phi.getIncomingValue(0));
  for (unsigned i = 1; i < phi.getNumIncomingValues(); ++i) {
    Expr e;
    e.kind = ExprKind::Merge;
    e.width = uint8_t(widthOf(phi));
    e.value = numberOf(phi);
    e.a = merged;
    e.b = of(*phi.getIncomingValue(i));
    merged = e.a == e.b ? e.a : pool.intern(e);
  }
  return merged;
}

/// Whether `value` is `phi` moved by a pointer step, possibly through other phis.
static bool stepsFrom(const llvm::Value &value, const llvm::PHINode &phi, unsigned depth = 0) {
  if (&value == &phi || depth > maxMergedValues)
    return false;
  if (auto *gep = llvm::dyn_cast<llvm::GEPOperator>(&value)) {
    const llvm::Value *base = gep->getPointerOperand();
    return base == &phi || stepsFrom(*base, phi, depth + 1);
  }
  return false;
}

ExprId Values::ofLoopPhi(const llvm::PHINode &phi) {
  ExprId identity = opaque(phi);
  memo[&phi] = identity;
  const llvm::Value *initial = nullptr;
  bool steps = false;
  for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i) {
    const llvm::Value *incoming = phi.getIncomingValue(i);
    if (!dominators.dominates(phi.getParent(), phi.getIncomingBlock(i)))
      initial = initial && initial != incoming ? nullptr : incoming;
    else
      steps |= stepsFrom(*incoming, phi);
  }
  if (!initial || !phi.getType()->isPointerTy() || !steps)
    return identity;
  ExprId base = of(*initial);
  return base ? pool.leaf(ExprKind::PointerStep, numberOf(phi), 64, noName, base) : identity;
}

ExprId Values::ofDiamond(const llvm::PHINode &phi) {
  if (phi.getNumIncomingValues() != 2)
    return unknownExpr;
  const llvm::BasicBlock *join = phi.getParent();
  const llvm::DomTreeNode *node = dominators.getNode(join);
  if (!node || !node->getIDom())
    return unknownExpr;
  const llvm::BasicBlock *top = node->getIDom()->getBlock();
  auto *branch = llvm::dyn_cast<llvm::BranchInst>(top->getTerminator());
  if (!branch || !branch->isConditional() || branch->getSuccessor(0) == branch->getSuccessor(1))
    return unknownExpr;
  auto comesThrough = [&](unsigned successor, const llvm::BasicBlock *from) {
    const llvm::BasicBlock *side = branch->getSuccessor(successor);
    return side == join ? from == top : dominators.dominates(side, from);
  };
  const llvm::Value *sides[2] = {nullptr, nullptr};
  for (unsigned i = 0; i < 2; ++i)
    for (unsigned side = 0; side < 2; ++side)
      if (comesThrough(side, phi.getIncomingBlock(i)) && !comesThrough(1 - side, phi.getIncomingBlock(i)))
        sides[side] = phi.getIncomingValue(i);
  ExprId condition = sides[0] && sides[1] ? of(*branch->getCondition()) : unknownExpr;
  // What the condition loaded may have been stored to since.
  if (!condition || overwritten.changes(pool, condition))
    return unknownExpr;
  return pool.select(widthOf(phi), condition, of(*sides[0]), of(*sides[1]));
}

ExprId Values::step(ExprId base) {
  return base && pool[base].kind != ExprKind::PointerStep ? pool.leaf(ExprKind::PointerStep, -1, 64, noName, base)
                                                          : base;
}

ExprId Values::ofField(const llvm::GEPOperator &gep, ExprId base, const RecordFact &record, uint64_t offset) {
  uint64_t inner = offset;
  FieldRef ref = index.resolve(record, inner);
  if (!ref.field)
    return pool.pointerAdd(base, int64_t(offset));
  Expr e;
  e.kind = ExprKind::FieldAddress;
  e.name = pool.name(index.fieldKey(*ref.record, *ref.field));
  e.a = base;
  e.value = int64_t(offset);
  ExprId id = pool.intern(e);
  anonymousParts[id] = {ref.record, inner};
  if (ref.field->foreignEndian)
    foreign[&gep] = true;
  return id;
}

ExprId Values::ofAddress(const llvm::GEPOperator &gep) {
  ExprId base = of(*gep.getPointerOperand());
  if (!base)
    return opaque(gep);
  unsigned bits = index.layout().getIndexTypeSizeInBits(gep.getType());
  llvm::APInt offset(bits, 0);
  auto *type = llvm::dyn_cast<llvm::StructType>(gep.getSourceElementType());
  if (!gep.accumulateConstantOffset(index.layout(), offset))
    return type || pool[base].kind != ExprKind::FieldAddress ? step(base) : base; // an element of an array member
  int64_t bytes = offset.getSExtValue();
  if (!type) {
    bool elementOfMember =
        pool[base].kind == ExprKind::FieldAddress && llvm::isa<llvm::ArrayType>(gep.getSourceElementType());
    return elementOfMember ? base : pool.pointerAdd(base, bytes);
  }
  if (bytes < 0 || gep.getNumIndices() < 2)
    return pool.pointerAdd(base, bytes);
  if (const RecordFact *record = index.record(*type))
    return ofField(gep, base, *record, uint64_t(bytes));
  // A member of an anonymous record: its place is known through the named record around it.
  auto around = anonymousParts.find(base);
  if (around == anonymousParts.end() || pool[base].kind != ExprKind::FieldAddress)
    return pool.pointerAdd(base, bytes);
  auto [record, at] = around->second;
  uint64_t inner = at + uint64_t(bytes);
  FieldRef ref = index.resolve(*record, inner);
  if (!ref.field)
    return base;
  Expr e = pool[base];
  e.name = pool.name(index.fieldKey(*ref.record, *ref.field));
  e.value += bytes;
  ExprId id = pool.intern(e);
  anonymousParts[id] = {record, at + uint64_t(bytes)};
  if (ref.field->foreignEndian)
    foreign[&gep] = true;
  return id;
}

} // namespace kmem::extract
