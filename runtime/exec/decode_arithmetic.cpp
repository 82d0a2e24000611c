#include "runtime/exec/decoder.h"

namespace kmem::replay {

bool Decoder::decodeArithmetic(const llvm::Instruction &instruction) {
  if (auto *binary = llvm::dyn_cast<llvm::BinaryOperator>(&instruction))
    decodeBinary(*binary);
  else if (auto *compare = llvm::dyn_cast<llvm::ICmpInst>(&instruction))
    decodeCompare(*compare);
  else if (auto *cast = llvm::dyn_cast<llvm::CastInst>(&instruction))
    decodeCast(*cast);
  else if (auto *select = llvm::dyn_cast<llvm::SelectInst>(&instruction))
    decodeSelect(*select);
  else if (auto *frozen = llvm::dyn_cast<llvm::FreezeInst>(&instruction))
    decodeAggregate(instruction, *frozen->getOperand(0), {});
  else if (auto *extract = llvm::dyn_cast<llvm::ExtractValueInst>(&instruction))
    decodeAggregate(instruction, *extract->getAggregateOperand(), extract->getIndices());
  else if (auto *insert = llvm::dyn_cast<llvm::InsertValueInst>(&instruction))
    decodeAggregate(instruction, *insert->getAggregateOperand(), insert->getIndices());
  else
    return false;
  return true;
}

std::optional<Op> operationOf(unsigned opcode) {
  switch (opcode) {
  case llvm::Instruction::Add:
    return Op::Add;
  case llvm::Instruction::Sub:
    return Op::Sub;
  case llvm::Instruction::Mul:
    return Op::Mul;
  case llvm::Instruction::UDiv:
    return Op::UDiv;
  case llvm::Instruction::SDiv:
    return Op::SDiv;
  case llvm::Instruction::URem:
    return Op::URem;
  case llvm::Instruction::SRem:
    return Op::SRem;
  case llvm::Instruction::And:
    return Op::And;
  case llvm::Instruction::Or:
    return Op::Or;
  case llvm::Instruction::Xor:
    return Op::Xor;
  case llvm::Instruction::Shl:
    return Op::Shl;
  case llvm::Instruction::LShr:
    return Op::LShr;
  case llvm::Instruction::AShr:
    return Op::AShr;
  default:
    return std::nullopt;
  }
}

void Decoder::decodeBinary(const llvm::BinaryOperator &operation) {
  const std::optional<Op> op = operationOf(operation.getOpcode());
  const unsigned width = integerWidth(*operation.getType());
  if (!op || !width)
    return unsupported(operation, operation.getOpcodeName());
  const Slot a = slotsOf(*operation.getOperand(0)), b = slotsOf(*operation.getOperand(1));
  if (a == noSlot || b == noSlot)
    return unsupported(operation, "a constant of an unusual kind");
  Instruction &decoded = emit(width > maxWidth ? Opcode::WideBinary : Opcode::Binary, &operation);
  decoded.operation = uint8_t(*op);
  decoded.width = uint8_t(width);
  decoded.a = a;
  decoded.b = b;
  decoded.dst = slotsOf(operation);
}

/// Five comparisons say all ten: the others exchange the operands or the result.
void Decoder::decodeCompare(const llvm::ICmpInst &compare) {
  struct Form {
    Op op;
    bool exchanged, negated;
  };
  const Form form = [&]() -> Form {
    switch (compare.getPredicate()) {
    case llvm::CmpInst::ICMP_EQ:
      return {Op::Eq, false, false};
    case llvm::CmpInst::ICMP_NE:
      return {Op::Eq, false, true};
    case llvm::CmpInst::ICMP_ULT:
      return {Op::Ult, false, false};
    case llvm::CmpInst::ICMP_ULE:
      return {Op::Ule, false, false};
    case llvm::CmpInst::ICMP_UGT:
      return {Op::Ult, true, false};
    case llvm::CmpInst::ICMP_UGE:
      return {Op::Ule, true, false};
    case llvm::CmpInst::ICMP_SLT:
      return {Op::Slt, false, false};
    case llvm::CmpInst::ICMP_SLE:
      return {Op::Sle, false, false};
    case llvm::CmpInst::ICMP_SGT:
      return {Op::Slt, true, false};
    default:
      return {Op::Sle, true, false};
    }
  }();
  const unsigned width = integerWidth(*compare.getOperand(0)->getType());
  Slot a = slotsOf(*compare.getOperand(0)), b = slotsOf(*compare.getOperand(1));
  if (!width || a == noSlot || b == noSlot)
    return unsupported(compare, "comparison");
  if (form.exchanged)
    std::swap(a, b);
  const Slot result = slotsOf(compare);
  Instruction &decoded = emit(width > maxWidth ? Opcode::WideBinary : Opcode::Binary, &compare);
  decoded.operation = uint8_t(form.op);
  decoded.width = uint8_t(width);
  decoded.a = a;
  decoded.b = b;
  decoded.dst = result;
  if (!form.negated)
    return;
  Instruction &negation = emit(Opcode::Not, &compare);
  negation.a = negation.dst = result;
}

void Decoder::decodeCast(const llvm::CastInst &cast) {
  const unsigned from = integerWidth(*cast.getSrcTy()), to = integerWidth(*cast.getDestTy());
  const Slot a = slotsOf(*cast.getOperand(0));
  if (from && to && a != noSlot && std::max(from, to) > maxWidth)
    return decodeWideCast(cast, from, to);
  const bool isIntegral = from && to && a != noSlot;
  Opcode opcode = Opcode::Copy;
  switch (cast.getOpcode()) {
  case llvm::Instruction::Trunc:
    opcode = Opcode::Truncate;
    break;
  case llvm::Instruction::ZExt:
    opcode = Opcode::ZeroExtend;
    break;
  case llvm::Instruction::SExt:
    opcode = Opcode::SignExtend;
    break;
  case llvm::Instruction::PtrToInt:
  case llvm::Instruction::IntToPtr:
    opcode = from == to ? Opcode::Copy : from > to ? Opcode::Truncate : Opcode::ZeroExtend;
    break;
  case llvm::Instruction::BitCast:
  case llvm::Instruction::AddrSpaceCast:
    break;
  default:
    return unsupported(cast, cast.getOpcodeName());
  }
  if (!isIntegral || (opcode == Opcode::Copy && from != to))
    return unsupported(cast, cast.getOpcodeName());
  const Slot dst = slotsOf(cast);
  Instruction &decoded = emit(opcode, &cast);
  decoded.width = uint8_t(to);
  decoded.a = a;
  decoded.dst = dst;
}

/// To or from an integer of two slots: the low one stays, the high one is cut or made.
void Decoder::decodeWideCast(const llvm::CastInst &cast, unsigned from, unsigned to) {
  const Slot a = slotsOf(*cast.getOperand(0)), dst = slotsOf(cast);
  auto part = [&](Slot source, Slot target, unsigned width, unsigned kept) {
    Instruction &decoded = emit(kept < width ? Opcode::Truncate : Opcode::Copy, &cast);
    decoded.width = uint8_t(kept);
    decoded.a = source;
    decoded.dst = target;
  };
  if (from >= to) {
    part(a, dst, maxWidth, std::min(to, maxWidth));
    if (to > maxWidth)
      part(a + 1, dst + 1, from - maxWidth, to - maxWidth);
    return;
  }
  Instruction &decoded = emit(Opcode::WideExtend, &cast);
  decoded.width = uint8_t(to);
  decoded.other = from;
  decoded.immediate = cast.getOpcode() == llvm::Instruction::SExt;
  decoded.a = a;
  decoded.dst = dst;
}

void Decoder::decodeSelect(const llvm::SelectInst &select) {
  const auto widths = scalarWidths(*select.getType(), layout);
  const Slot condition = slotsOf(*select.getCondition());
  const Slot then = slotsOf(*select.getTrueValue()), otherwise = slotsOf(*select.getFalseValue());
  if (widths.empty() || select.getCondition()->getType()->isVectorTy() || then == noSlot || otherwise == noSlot)
    return unsupported(select, "select");
  const Slot dst = slotsOf(select);
  for (unsigned i = 0; i < widths.size(); ++i) {
    Instruction &decoded = emit(Opcode::Select, &select);
    decoded.width = widths[i];
    decoded.a = condition;
    decoded.b = then + i;
    decoded.c = otherwise + i;
    decoded.dst = dst + i;
  }
}

/// Scalars of `type` that lie before the element that `indices` names, and the element's type.
static std::pair<unsigned, const llvm::Type *> elementOf(const llvm::Type &type, llvm::ArrayRef<unsigned> indices,
                                                         const llvm::DataLayout &layout) {
  unsigned before = 0;
  const llvm::Type *at = &type;
  for (unsigned index : indices) {
    if (auto *structure = llvm::dyn_cast<llvm::StructType>(at)) {
      for (unsigned i = 0; i < index; ++i)
        before += unsigned(scalarWidths(*structure->getElementType(i), layout).size());
      at = structure->getElementType(index);
    } else {
      at = at->getArrayElementType();
      before += index * unsigned(scalarWidths(*at, layout).size());
    }
  }
  return {before, at};
}

/// extractvalue, insertvalue and freeze: copies of slots.
void Decoder::decodeAggregate(const llvm::Instruction &instruction, const llvm::Value &whole,
                              llvm::ArrayRef<unsigned> indices) {
  const auto wholeWidths = scalarWidths(*whole.getType(), layout);
  const Slot from = slotsOf(whole);
  if (wholeWidths.empty() || from == noSlot)
    return unsupported(instruction, instruction.getOpcodeName());
  const Slot dst = slotsOf(instruction);
  auto copy = [&](Slot to, Slot source, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      Instruction &decoded = emit(Opcode::Copy, &instruction);
      decoded.a = source + i;
      decoded.dst = to + i;
    }
  };
  const auto [before, element] = elementOf(*whole.getType(), indices, layout);
  const unsigned count = unsigned(scalarWidths(*element, layout).size());
  if (!llvm::isa<llvm::InsertValueInst>(instruction))
    return copy(dst, from + before, count);
  const Slot inserted = slotsOf(*instruction.getOperand(1));
  if (inserted == noSlot)
    return unsupported(instruction, instruction.getOpcodeName());
  copy(dst, from, unsigned(wholeWidths.size()));
  copy(dst + before, inserted, count);
}

} // namespace kmem::replay
