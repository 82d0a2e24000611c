#include "runtime/exec/decoder.h"

#include "llvm/IR/Constants.h"

namespace kmem::replay {

/// More scalars in one register than this are no plain aggregate; such code is not run.
static constexpr size_t maxScalars = 64;

static bool appendWidths(const llvm::Type &type, const llvm::DataLayout &layout,
                         llvm::SmallVectorImpl<uint8_t> &found) {
  if (found.size() > maxScalars)
    return false;
  if (type.isIntegerTy()) {
    found.push_back(uint8_t(std::min(type.getIntegerBitWidth(), 255u)));
    return type.getIntegerBitWidth() <= maxWidth;
  }
  if (type.isPointerTy()) {
    found.push_back(uint8_t(maxWidth));
    return true;
  }
  if (auto *structure = llvm::dyn_cast<llvm::StructType>(&type))
    return llvm::all_of(structure->elements(), [&](llvm::Type *e) { return appendWidths(*e, layout, found); });
  if (auto *array = llvm::dyn_cast<llvm::ArrayType>(&type)) {
    for (uint64_t i = 0; i < array->getNumElements(); ++i)
      if (!appendWidths(*array->getElementType(), layout, found))
        return false;
    return true;
  }
  return type.isVoidTy();
}

llvm::SmallVector<uint8_t, 4> scalarWidths(const llvm::Type &type, const llvm::DataLayout &layout) {
  llvm::SmallVector<uint8_t, 4> widths;
  if (!appendWidths(type, layout, widths))
    widths.clear();
  return widths;
}

Decoder::Decoder(const llvm::Function &function, const Image &image)
    : function(function), image(image), layout(function.getParent()->getDataLayout()), code(std::make_unique<Code>()) {
  code->function = &function;
}

std::unique_ptr<Code> Decoder::decode() {
  numberParameters();
  for (const llvm::BasicBlock &block : function)
    decodeBlock(block);
  patchTargets();
  return std::move(code);
}

void Decoder::numberParameters() {
  for (const llvm::Argument &argument : function.args()) {
    const auto widths = scalarWidths(*argument.getType(), layout);
    code->parameters.push_back(slots[&argument] = newSlots(unsigned(widths.size())));
  }
}

void Decoder::decodeBlock(const llvm::BasicBlock &block) {
  starts[&block] = uint32_t(code->instructions.size());
  for (const llvm::Instruction &instruction : block)
    decodeInstruction(instruction);
}

void Decoder::decodeInstruction(const llvm::Instruction &instruction) {
  if (llvm::isa<llvm::PHINode>(instruction) || llvm::isa<llvm::DbgInfoIntrinsic>(instruction))
    return; // a phi is copied on the edges
  if (decodeArithmetic(instruction) || decodeMemory(instruction) || decodeControl(instruction) ||
      decodeCall(instruction))
    return;
  unsupported(instruction, instruction.getOpcodeName());
}

Slot Decoder::newSlots(unsigned count) {
  const Slot first = code->slots;
  code->slots += count;
  return first;
}

Slot Decoder::constant(uint64_t bits, unsigned width) {
  code->constants.push_back(Value::known(bits, width));
  return Slot(code->constants.size() - 1) | constantBit;
}

Slot Decoder::slotsOf(const llvm::Value &value) {
  if (auto *constant = llvm::dyn_cast<llvm::Constant>(&value))
    return constantSlots(*constant);
  auto [it, added] = slots.try_emplace(&value, noSlot);
  if (added) // a value used by a phi before it is defined, or defined now
    it->second = newSlots(unsigned(scalarWidths(*value.getType(), layout).size()));
  return it->second;
}

Slot Decoder::constantSlots(const llvm::Constant &constant) {
  const Slot first = Slot(code->constants.size()) | constantBit;
  if (!appendConstant(constant)) {
    code->constants.resize(first & ~constantBit);
    return noSlot;
  }
  return first;
}

/// Appends the scalars of a constant that a register can hold; undefined ones are 0, which any value is as good as.
bool Decoder::appendConstant(const llvm::Constant &constant) {
  auto push = [&](uint64_t bits, unsigned width) {
    code->constants.push_back(Value::known(bits, width));
    return true;
  };
  const llvm::Type &type = *constant.getType();
  if (auto *integer = llvm::dyn_cast<llvm::ConstantInt>(&constant))
    return integer->getBitWidth() <= maxWidth && push(integer->getZExtValue(), integer->getBitWidth());
  if (auto *global = llvm::dyn_cast<llvm::GlobalValue>(&constant))
    return push(image.addressOf(*global), maxWidth);
  if (constant.isNullValue() || llvm::isa<llvm::UndefValue>(constant)) {
    const auto widths = scalarWidths(type, layout);
    for (uint8_t width : widths)
      push(0, width);
    return !widths.empty();
  }
  if (auto *expression = llvm::dyn_cast<llvm::ConstantExpr>(&constant)) {
    llvm::APInt offset(maxWidth, 0);
    if (expression->getOpcode() == llvm::Instruction::IntToPtr ||
        expression->getOpcode() == llvm::Instruction::PtrToInt) {
      if (!appendConstant(*expression->getOperand(0)))
        return false;
      const Value value = code->constants.back();
      code->constants.back() = Value::known(value.bits(), widthOf(type));
      return true;
    }
    if (!type.isPointerTy())
      return false;
    const llvm::Value *base = expression->stripAndAccumulateConstantOffsets(layout, offset, /*AllowNonInbounds=*/true);
    if (base == expression || !appendConstant(*llvm::cast<llvm::Constant>(base)))
      return false;
    code->constants.back() = Value::known(code->constants.back().bits() + offset.getZExtValue(), maxWidth);
    return true;
  }
  if (llvm::isa<llvm::ConstantAggregate>(constant) || llvm::isa<llvm::ConstantDataSequential>(constant)) {
    const unsigned count = type.isStructTy() ? type.getStructNumElements() : unsigned(type.getArrayNumElements());
    for (unsigned i = 0; i < count; ++i)
      if (!appendConstant(*constant.getAggregateElement(i)))
        return false;
    return true;
  }
  return false;
}

Instruction &Decoder::emit(Opcode opcode, const llvm::Instruction *origin) {
  Instruction &instruction = code->instructions.emplace_back();
  instruction.opcode = opcode;
  instruction.origin = origin;
  return instruction;
}

void Decoder::unsupported(const llvm::Instruction &instruction, std::string what) {
  Instruction &decoded = emit(Opcode::Unsupported, &instruction);
  decoded.immediate = code->texts.size();
  code->texts.push_back(std::move(what));
}

unsigned Decoder::widthOf(const llvm::Type &type) const {
  const auto widths = scalarWidths(type, layout);
  return widths.size() == 1 ? widths.front() : 0;
}

} // namespace kmem::replay
