#include "runtime/exec/decoder.h"

#include "runtime/exec/per_cpu.h"

#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

/// More than any stack has.
static constexpr uint64_t maxLocalBytes = uint64_t(64) << 20;

bool Decoder::decodeMemory(const llvm::Instruction &instruction) {
  if (auto *local = llvm::dyn_cast<llvm::AllocaInst>(&instruction))
    decodeAlloca(*local);
  else if (auto *address = llvm::dyn_cast<llvm::GetElementPtrInst>(&instruction))
    decodeAddress(*address);
  else if (auto *load = llvm::dyn_cast<llvm::LoadInst>(&instruction))
    decodeLoad(*load);
  else if (auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction))
    decodeStore(*store);
  else if (auto *update = llvm::dyn_cast<llvm::AtomicRMWInst>(&instruction))
    decodeReadModifyWrite(*update);
  else if (auto *exchange = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&instruction))
    decodeCompareExchange(*exchange);
  else
    return llvm::isa<llvm::FenceInst>(instruction); // one thread of execution: nothing to order
  return true;
}

/// Local variables of fixed size lie in the frame, as a compiler would lay them out; others are made when they are
/// reached.
void Decoder::decodeAlloca(const llvm::AllocaInst &local) {
  const uint64_t alignment = local.getAlign().value();
  if (local.getAllocatedType()->isScalableTy() || alignment > maxLocalBytes || !widthOf(*local.getType()))
    return unsupported(local, "a local variable of an unusual kind");
  if (auto size = local.getAllocationSize(layout); size && !size->isScalable() && local.isStaticAlloca()) {
    if (size->getFixedValue() > maxLocalBytes || code->localBytes > maxLocalBytes)
      return unsupported(local, "a large local variable");
    code->localBytes = uint32_t(llvm::alignTo(code->localBytes, alignment));
    const Slot dst = slotsOf(local);
    Instruction &decoded = emit(Opcode::Local, &local);
    decoded.immediate = code->localBytes;
    decoded.dst = dst;
    code->localBytes += uint32_t(std::max<uint64_t>(size->getFixedValue(), 1));
    return;
  }
  const Slot count = slotsOf(*local.getArraySize()), dst = slotsOf(local), bytes = newSlots(1);
  if (count == noSlot || widthOf(*local.getArraySize()->getType()) != maxWidth)
    return unsupported(local, "a local array");
  Instruction &size = emit(Opcode::Binary, &local);
  size.operation = uint8_t(Op::Mul);
  size.width = maxWidth;
  size.a = count;
  size.b = constant(layout.getTypeAllocSize(local.getAllocatedType()), maxWidth);
  size.dst = bytes;
  Instruction &decoded = emit(Opcode::LocalArray, &local);
  decoded.immediate = alignment;
  decoded.a = bytes;
  decoded.dst = dst;
}

Slot Decoder::plus(Slot address, uint64_t offset) {
  if (offset == 0)
    return address;
  const Slot sum = newSlots(1);
  const llvm::Instruction *origin = code->instructions.empty() ? nullptr : code->instructions.back().origin;
  Instruction &decoded = emit(Opcode::Binary, origin);
  decoded.operation = uint8_t(Op::Add);
  decoded.width = maxWidth;
  decoded.a = address;
  decoded.b = constant(offset, maxWidth);
  decoded.dst = sum;
  return sum;
}

/// base + constant + index * size + ...
void Decoder::decodeAddress(const llvm::GetElementPtrInst &address) {
  Slot at = slotsOf(*address.getPointerOperand());
  if (at == noSlot || !address.getType()->isPointerTy() || address.getSourceElementType()->isScalableTy())
    return unsupported(address, "getelementptr");
  uint64_t fixed = 0;
  auto binary = [&](Op op, Slot a, Slot b) {
    const Slot result = newSlots(1);
    Instruction &decoded = emit(Opcode::Binary, &address);
    decoded.operation = uint8_t(op);
    decoded.width = maxWidth;
    decoded.a = a;
    decoded.b = b;
    decoded.dst = result;
    return result;
  };
  for (auto it = llvm::gep_type_begin(address), end = llvm::gep_type_end(address); it != end; ++it) {
    if (llvm::StructType *structure = it.getStructTypeOrNull()) {
      const auto field = unsigned(llvm::cast<llvm::ConstantInt>(it.getOperand())->getZExtValue());
      fixed += layout.getStructLayout(structure)->getElementOffset(field);
      continue;
    }
    const uint64_t stride = it.getSequentialElementStride(layout);
    if (auto *index = llvm::dyn_cast<llvm::ConstantInt>(it.getOperand()); index && index->getBitWidth() <= maxWidth) {
      fixed += uint64_t(index->getSExtValue()) * stride;
      continue;
    }
    Slot index = slotsOf(*it.getOperand());
    const unsigned width = widthOf(*it.getOperand()->getType());
    if (!width || index == noSlot)
      return unsupported(address, "an index");
    if (width < maxWidth) {
      const Slot wide = newSlots(1);
      Instruction &extension = emit(Opcode::SignExtend, &address);
      extension.width = maxWidth;
      extension.a = index;
      extension.dst = wide;
      index = wide;
    }
    at = binary(Op::Add, at, stride == 1 ? index : binary(Op::Mul, index, constant(stride, maxWidth)));
  }
  const Slot dst = slotsOf(address);
  Instruction &decoded = emit(Opcode::Binary, &address);
  decoded.operation = uint8_t(Op::Add);
  decoded.width = maxWidth;
  decoded.a = at;
  decoded.b = constant(fixed, maxWidth);
  decoded.dst = dst;
}

void Decoder::pieces(const llvm::Type &type, uint64_t offset, llvm::SmallVectorImpl<Piece> &found) const {
  if (auto *structure = llvm::dyn_cast<llvm::StructType>(&type)) {
    const llvm::StructLayout *fields = layout.getStructLayout(const_cast<llvm::StructType *>(structure));
    for (unsigned i = 0; i < structure->getNumElements(); ++i)
      pieces(*structure->getElementType(i), offset + fields->getElementOffset(i), found);
  } else if (auto *array = llvm::dyn_cast<llvm::ArrayType>(&type)) {
    const uint64_t stride = layout.getTypeAllocSize(array->getElementType());
    for (uint64_t i = 0; i < array->getNumElements(); ++i)
      pieces(*array->getElementType(), offset + i * stride, found);
  } else {
    for (uint8_t width : scalarWidths(type, layout)) {
      found.push_back({width, offset});
      offset += maxWidth / 8; // of the high slot of a wide integer
    }
  }
}

void Decoder::decodeLoad(const llvm::LoadInst &load) {
  const Slot address = slotsOf(*load.getPointerOperand());
  if (scalarWidths(*load.getType(), layout).empty() || address == noSlot)
    return unsupported(load, "load");
  llvm::SmallVector<Piece, 4> parts;
  pieces(*load.getType(), 0, parts);
  const Slot dst = slotsOf(load);
  if (parts.size() == 1 && pointsToPerCpuOffset(*load.getPointerOperand())) {
    const Slot zero = constant(0, parts.front().width);
    Instruction &decoded = emit(Opcode::Copy, &load);
    decoded.a = zero;
    decoded.dst = dst;
    return;
  }
  for (unsigned i = 0; i < parts.size(); ++i) {
    const Slot at = plus(address, parts[i].offset);
    Instruction &decoded = emit(Opcode::Load, &load);
    decoded.width = parts[i].width;
    decoded.a = at;
    decoded.dst = dst + i;
  }
}

void Decoder::decodeStore(const llvm::StoreInst &store) {
  const llvm::Value &value = *store.getValueOperand();
  const Slot address = slotsOf(*store.getPointerOperand()), source = slotsOf(value);
  if (scalarWidths(*value.getType(), layout).empty() || address == noSlot || source == noSlot)
    return unsupported(store, "store");
  llvm::SmallVector<Piece, 4> parts;
  pieces(*value.getType(), 0, parts);
  for (unsigned i = 0; i < parts.size(); ++i) {
    const Slot at = plus(address, parts[i].offset);
    Instruction &decoded = emit(Opcode::Store, &store);
    decoded.width = parts[i].width;
    decoded.a = source + i;
    decoded.b = at;
  }
}

static std::optional<AtomicOperation> atomicOf(llvm::AtomicRMWInst::BinOp operation) {
  switch (operation) {
  case llvm::AtomicRMWInst::Xchg:
    return AtomicOperation::Set;
  case llvm::AtomicRMWInst::Add:
    return AtomicOperation::Add;
  case llvm::AtomicRMWInst::Sub:
    return AtomicOperation::Sub;
  case llvm::AtomicRMWInst::And:
    return AtomicOperation::And;
  case llvm::AtomicRMWInst::Or:
    return AtomicOperation::Or;
  case llvm::AtomicRMWInst::Xor:
    return AtomicOperation::Xor;
  case llvm::AtomicRMWInst::Nand:
    return AtomicOperation::Nand;
  case llvm::AtomicRMWInst::Max:
    return AtomicOperation::Max;
  case llvm::AtomicRMWInst::Min:
    return AtomicOperation::Min;
  case llvm::AtomicRMWInst::UMax:
    return AtomicOperation::UMax;
  case llvm::AtomicRMWInst::UMin:
    return AtomicOperation::UMin;
  default:
    return std::nullopt;
  }
}

void Decoder::decodeReadModifyWrite(const llvm::AtomicRMWInst &operation) {
  const auto kind = atomicOf(operation.getOperation());
  const Slot address = slotsOf(*operation.getPointerOperand()), operand = slotsOf(*operation.getValOperand());
  if (!kind || !widthOf(*operation.getType()) || address == noSlot || operand == noSlot)
    return unsupported(operation, "atomicrmw");
  const Slot dst = slotsOf(operation);
  Instruction &decoded = emit(Opcode::Exchange, &operation);
  decoded.operation = uint8_t(*kind);
  decoded.width = uint8_t(widthOf(*operation.getType()));
  decoded.a = address;
  decoded.b = operand;
  decoded.dst = dst;
}

void Decoder::decodeCompareExchange(const llvm::AtomicCmpXchgInst &operation) {
  const unsigned width = widthOf(*operation.getCompareOperand()->getType());
  const Slot address = slotsOf(*operation.getPointerOperand()), expected = slotsOf(*operation.getCompareOperand()),
             wanted = slotsOf(*operation.getNewValOperand());
  if (!width || address == noSlot || expected == noSlot || wanted == noSlot)
    return unsupported(operation, "cmpxchg");
  const Slot dst = slotsOf(operation);
  Instruction &decoded = emit(Opcode::CompareExchange, &operation);
  decoded.width = uint8_t(width);
  decoded.a = address;
  decoded.b = expected;
  decoded.c = wanted;
  decoded.dst = dst;
}

} // namespace kmem::replay
