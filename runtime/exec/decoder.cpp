#include "runtime/exec/decoder.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Operator.h"

namespace kmem::replay {

/// More scalars in one register than this are no plain aggregate; such code is not run.
static constexpr size_t maxScalars = 64;

static bool appendWidths(const llvm::Type &type, const llvm::DataLayout &layout,
                         llvm::SmallVectorImpl<uint8_t> &found) {
  if (found.size() > maxScalars)
    return false;
  if (type.isIntegerTy()) {
    const unsigned width = type.getIntegerBitWidth();
    found.push_back(uint8_t(std::min(width, maxWidth)));
    if (width > maxWidth)
      found.push_back(uint8_t(std::min(width - maxWidth, maxWidth)));
    return width <= 2 * maxWidth;
  }
  if (type.isPointerTy()) {
    found.push_back(uint8_t(maxWidth));
    return layout.getPointerTypeSizeInBits(const_cast<llvm::Type *>(&type)) == maxWidth;
  }
  if (auto *structure = llvm::dyn_cast<llvm::StructType>(&type))
    return !structure->isOpaque() &&
           llvm::all_of(structure->elements(), [&](llvm::Type *e) { return appendWidths(*e, layout, found); });
  if (auto *array = llvm::dyn_cast<llvm::ArrayType>(&type)) {
    const size_t before = found.size();
    for (uint64_t i = 0; i < array->getNumElements(); ++i) {
      if (!appendWidths(*array->getElementType(), layout, found))
        return false;
      if (found.size() == before)
        return true; // of elements without scalars
    }
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
  bool takesAll = true;
  for (const llvm::Argument &argument : function.args()) {
    const auto widths = scalarWidths(*argument.getType(), layout);
    code->parameters.push_back(slots[&argument] = newSlots(unsigned(widths.size())));
    code->parameterWidths.insert(code->parameterWidths.end(), widths.begin(), widths.end());
    takesAll &= !widths.empty();
  }
  if (!takesAll)
    unsupported(function.getEntryBlock().front(), "a parameter");
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
    if (const auto widths = scalarWidths(*value.getType(), layout); !widths.empty())
      it->second = newSlots(unsigned(widths.size()));
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
    return appendInteger(integer->getValue());
  if (auto *global = llvm::dyn_cast<llvm::GlobalValue>(&constant))
    return widthOf(type) && push(image.addressOf(*global), maxWidth);
  if (constant.isNullValue() || llvm::isa<llvm::UndefValue>(constant)) {
    const auto widths = scalarWidths(type, layout);
    for (uint8_t width : widths)
      push(0, width);
    return !widths.empty();
  }
  if (auto *label = llvm::dyn_cast<llvm::BlockAddress>(&constant))
    return push(image.addressOf(*label->getFunction()) + 1, maxWidth);
  if (auto *expression = llvm::dyn_cast<llvm::ConstantExpr>(&constant))
    return appendExpression(*expression);
  if (type.isStructTy() || type.isArrayTy()) {
    const unsigned count = type.isStructTy() ? type.getStructNumElements() : unsigned(type.getArrayNumElements());
    for (unsigned i = 0; i < count; ++i)
      if (const llvm::Constant *part = constant.getAggregateElement(i); !part || !appendConstant(*part))
        return false;
    return true;
  }
  return false;
}

bool Decoder::appendInteger(const llvm::APInt &number) {
  const unsigned width = number.getBitWidth();
  if (width > 2 * maxWidth)
    return false;
  code->constants.push_back(Value::known(number.getRawData()[0], std::min(width, maxWidth)));
  if (width > maxWidth)
    code->constants.push_back(Value::known(number.getRawData()[1], width - maxWidth));
  return true;
}

/// Addresses and what is computed from them.
bool Decoder::appendExpression(const llvm::ConstantExpr &expression) {
  const unsigned width = widthOf(*expression.getType());
  if (!width)
    return false;
  auto replaceLast = [&](uint64_t bits) { code->constants.back() = Value::known(bits, width); };
  if (expression.getOpcode() == llvm::Instruction::GetElementPtr) {
    llvm::APInt offset(maxWidth, 0);
    if (!llvm::cast<llvm::GEPOperator>(expression).accumulateConstantOffset(layout, offset) ||
        !appendConstant(*expression.getOperand(0)))
      return false;
    replaceLast(code->constants.back().bits() + offset.getZExtValue());
    return true;
  }
  llvm::SmallVector<Value, 2> operands;
  for (const llvm::Use &operand : expression.operands()) {
    if (!widthOf(*operand->getType()) || !appendConstant(*llvm::cast<llvm::Constant>(operand)))
      return false;
    operands.push_back(code->constants.back());
    code->constants.pop_back();
  }
  if (expression.isCast()) {
    code->constants.push_back(Value::known(operands[0].bits(), width));
    return expression.getOpcode() != llvm::Instruction::SExt;
  }
  const std::optional<Op> op = operationOf(expression.getOpcode());
  if (!op || operands.size() != 2)
    return false;
  code->constants.push_back(Value::known(computeBinary(*op, operands[0].bits(), operands[1].bits(), width), width));
  return true;
}

Instruction &Decoder::emit(Opcode opcode, const llvm::Instruction *origin) {
  Instruction &instruction = code->instructions.emplace_back();
  instruction.opcode = opcode;
  instruction.origin = origin;
  return instruction;
}

Slot Decoder::computed(Op op, Slot a, Slot b, unsigned width, const llvm::Instruction *origin) {
  const Slot result = newSlots(1);
  Instruction &decoded = emit(Opcode::Binary, origin);
  decoded.operation = uint8_t(op);
  decoded.width = uint8_t(width);
  decoded.a = a;
  decoded.b = b;
  decoded.dst = result;
  return result;
}

void Decoder::select(Slot dst, Slot condition, Slot then, Slot otherwise, unsigned width,
                     const llvm::Instruction *origin) {
  Instruction &decoded = emit(Opcode::Select, origin);
  decoded.width = uint8_t(width);
  decoded.a = condition;
  decoded.b = then;
  decoded.c = otherwise;
  decoded.dst = dst;
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

unsigned Decoder::integerWidth(const llvm::Type &type) const {
  const bool isWide = type.isIntegerTy() && type.getIntegerBitWidth() <= 2 * maxWidth;
  return isWide ? type.getIntegerBitWidth() : widthOf(type);
}

} // namespace kmem::replay
