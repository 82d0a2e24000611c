// LLVM IR → Code. One function at a time, on first use. Anything the executor has no instruction for (floating point,
// vectors, integers above 128 bits) becomes an Unsupported instruction: only a path that gets there is unknown.
//
// Inside: one file per family: arithmetic, memory, control, calls.
#pragma once

#include "runtime/exec/code.h"
#include "runtime/exec/image.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

namespace kmem::replay {

/// The widths of the scalars a first-class type consists of, in order; empty when the executor cannot hold it. An
/// integer of 65 to 128 bits is two, the low one first.
llvm::SmallVector<uint8_t, 4> scalarWidths(const llvm::Type &type, const llvm::DataLayout &layout);

/// What a binary operation of LLVM's is here; nothing for floating point. By its opcode.
std::optional<Op> operationOf(unsigned opcode);

class Decoder {
public:
  Decoder(const llvm::Function &function, const Image &image);
  std::unique_ptr<Code> decode();

private:
  /// A type's scalars with their byte offsets in memory.
  struct Piece {
    uint8_t width;
    uint64_t offset;
  };

  void numberParameters();
  void decodeBlock(const llvm::BasicBlock &block);
  void decodeInstruction(const llvm::Instruction &instruction);
  void patchTargets();

  // decode_arithmetic.cpp
  bool decodeArithmetic(const llvm::Instruction &instruction);
  void decodeBinary(const llvm::BinaryOperator &operation);
  void decodeCompare(const llvm::ICmpInst &compare);
  void decodeCast(const llvm::CastInst &cast);
  void decodeSelect(const llvm::SelectInst &select);
  void decodeAggregate(const llvm::Instruction &instruction, const llvm::Value &whole,
                       llvm::ArrayRef<unsigned> indices);

  void decodeWideCast(const llvm::CastInst &cast, unsigned from, unsigned to);

  // decode_memory.cpp
  bool decodeMemory(const llvm::Instruction &instruction);
  void decodeAlloca(const llvm::AllocaInst &local);
  void decodeAddress(const llvm::GetElementPtrInst &address);
  void decodeLoad(const llvm::LoadInst &load);
  void decodeStore(const llvm::StoreInst &store);
  void decodeReadModifyWrite(const llvm::AtomicRMWInst &operation);
  void decodeCompareExchange(const llvm::AtomicCmpXchgInst &operation);
  Slot plus(Slot address, uint64_t offset);
  void pieces(const llvm::Type &type, uint64_t offset, llvm::SmallVectorImpl<Piece> &found) const;

  // decode_control.cpp
  bool decodeControl(const llvm::Instruction &instruction);
  void decodeSwitch(const llvm::SwitchInst &choice);
  uint32_t edge(const llvm::BasicBlock &from, const llvm::BasicBlock &to);

  // decode_calls.cpp
  bool decodeCall(const llvm::Instruction &instruction);
  std::optional<CallSite> callSite(const llvm::CallBase &call);
  void decodeAssemblyGoto(const llvm::CallBrInst &call);

  // decode_intrinsics.cpp
  bool decodeIntrinsic(const llvm::IntrinsicInst &call);
  bool decodeMemoryIntrinsic(const llvm::IntrinsicInst &call);
  bool decodeNumberIntrinsic(const llvm::IntrinsicInst &call);
  bool decodeMachineIntrinsic(const llvm::IntrinsicInst &call);
  bool decodeObjectSize(const llvm::IntrinsicInst &call);
  Instruction &emitFor(const llvm::IntrinsicInst &call, Opcode opcode, Slot a = noSlot, Slot b = noSlot,
                       Slot c = noSlot);
  void decodeSaturating(const llvm::IntrinsicInst &call, Op op, bool isSigned);
  void decodeFunnelShift(const llvm::IntrinsicInst &call, bool left);

  Slot slotsOf(const llvm::Value &value); ///< the first one of the value's
  Slot constantSlots(const llvm::Constant &constant);
  bool appendConstant(const llvm::Constant &constant);
  bool appendInteger(const llvm::APInt &number);
  bool appendExpression(const llvm::ConstantExpr &expression);
  Slot newSlots(unsigned count);
  Slot constant(uint64_t bits, unsigned width);
  Instruction &emit(Opcode opcode, const llvm::Instruction *origin);
  void select(Slot dst, Slot condition, Slot then, Slot otherwise, unsigned width, const llvm::Instruction *origin);
  /// A new slot with a `op` b.
  Slot computed(Op op, Slot a, Slot b, unsigned width, const llvm::Instruction *origin);
  void unsupported(const llvm::Instruction &instruction, std::string what);
  unsigned widthOf(const llvm::Type &type) const;      ///< of one scalar; 0 for anything else
  unsigned integerWidth(const llvm::Type &type) const; ///< up to 128; 0 for anything else

  const llvm::Function &function;
  const Image &image;
  const llvm::DataLayout &layout;
  std::unique_ptr<Code> code;
  llvm::DenseMap<const llvm::Value *, Slot> slots;
  llvm::DenseMap<const llvm::BasicBlock *, uint32_t> starts;
  /// Instructions that jump to a block, before its start is known: index and which of its targets.
  enum class Target : uint8_t { First, Second, Case, Default };
  struct Patch {
    uint32_t instruction;
    Target target;
    uint32_t index; ///< of the case
    const llvm::BasicBlock *from, *to;
  };
  std::vector<Patch> patches;
};

} // namespace kmem::replay
