#include "runtime/exec/program.h"

#include "runtime/exec/decoder.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/MathExtras.h"

namespace kmem::replay {

const Code &Program::codeOf(const llvm::Function &function) {
  std::unique_ptr<Code> &code = decoded[&function];
  if (!code)
    code = Decoder(function, image).decode();
  return *code;
}

const llvm::Function *Program::definitionOf(const llvm::Function &function) const {
  if (!function.isDeclaration())
    return &function;
  const llvm::Function *found = image.functionAt(image.addressOf(function));
  return found && !found->isDeclaration() ? found : nullptr;
}

namespace {
/// Writes initial values, as a linker would lay them out.
class InitialValues {
public:
  InitialValues(sim::Memory &memory, const Image &image, const llvm::DataLayout &layout)
      : memory(memory), image(image), layout(layout) {}

  void write(const llvm::Constant &value, Address to) {
    if (value.isNullValue() || llvm::isa<llvm::UndefValue>(value))
      return; // frames start as zeros
    if (auto *number = llvm::dyn_cast<llvm::ConstantInt>(&value))
      return writeInteger(number->getValue(), layout.getTypeStoreSize(number->getType()), to);
    if (auto *data = llvm::dyn_cast<llvm::ConstantDataSequential>(&value)) {
      const llvm::StringRef bytes = data->getRawDataValues();
      memory.write(to, std::as_bytes(std::span(bytes.data(), bytes.size())));
    } else if (auto *structure = llvm::dyn_cast<llvm::ConstantStruct>(&value)) {
      const llvm::StructLayout *fields = layout.getStructLayout(structure->getType());
      for (unsigned i = 0; i < structure->getNumOperands(); ++i)
        write(*structure->getOperand(i), to + fields->getElementOffset(i));
    } else if (auto *array = llvm::dyn_cast<llvm::ConstantArray>(&value)) {
      const uint64_t stride = layout.getTypeAllocSize(array->getType()->getElementType());
      for (unsigned i = 0; i < array->getNumOperands(); ++i)
        write(*array->getOperand(i), to + i * stride);
    } else {
      writeInteger(llvm::APInt(64, addressOf(value)), layout.getTypeStoreSize(value.getType()), to);
    }
  }

private:
  void writeInteger(const llvm::APInt &number, uint64_t bytes, Address to) {
    for (uint64_t i = 0; i < bytes; ++i)
      memory.store(to + i,
                   uint8_t(number.lshr(unsigned(std::min<uint64_t>(i * 8, number.getBitWidth()))).getRawData()[0]));
  }
  /// Of an expression over addresses: the only other constants that kernel variables start with.
  uint64_t addressOf(const llvm::Constant &value) const {
    if (auto *global = llvm::dyn_cast<llvm::GlobalValue>(&value))
      return image.addressOf(*global);
    auto *expression = llvm::dyn_cast<llvm::ConstantExpr>(&value);
    if (!expression)
      return 0;
    switch (expression->getOpcode()) {
    case llvm::Instruction::GetElementPtr: {
      llvm::APInt offset(layout.getIndexTypeSizeInBits(expression->getType()), 0);
      llvm::cast<llvm::GEPOperator>(expression)->accumulateConstantOffset(layout, offset);
      return addressOf(*expression->getOperand(0)) + offset.getSExtValue();
    }
    case llvm::Instruction::Add:
      return operand(*expression, 0) + operand(*expression, 1);
    case llvm::Instruction::Sub:
      return operand(*expression, 0) - operand(*expression, 1);
    default:
      return operand(*expression, 0);
    }
  }
  uint64_t operand(const llvm::ConstantExpr &expression, unsigned i) const {
    const llvm::Constant &part = *expression.getOperand(i);
    if (auto *number = llvm::dyn_cast<llvm::ConstantInt>(&part))
      return number->getZExtValue();
    return addressOf(part);
  }

  sim::Memory &memory;
  const Image &image;
  const llvm::DataLayout &layout;
};
} // namespace

uint64_t Program::pages() const {
  return (llvm::alignTo(image.end(), sim::pageSize) - sim::modulesStart) >> sim::pageShift;
}

bool Program::load(sim::Kernel &kernel, sim::Pfn frames) const {
  for (uint64_t i = 0; i < pages(); ++i)
    if (!kernel.memory.map(kernel.memory.kernelTable(), sim::modulesStart + (i << sim::pageShift), frames + i,
                           sim::PtePresent | sim::PteWrite | sim::PteGlobal))
      return false;
  for (const auto &[address, variable] : image.variables())
    if (variable->hasInitializer())
      InitialValues(kernel.memory, image, variable->getDataLayout()).write(*variable->getInitializer(), address);
  return true;
}

} // namespace kmem::replay
