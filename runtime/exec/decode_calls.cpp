#include "runtime/exec/decoder.h"

#include "llvm/IR/InlineAsm.h"

namespace kmem::replay {

bool Decoder::decodeCall(const llvm::Instruction &instruction) {
  auto *call = llvm::dyn_cast<llvm::CallInst>(&instruction);
  if (!call)
    return false;
  if (auto *intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(call)) {
    if (!decodeIntrinsic(*intrinsic))
      unsupported(instruction, intrinsic->getCalledFunction()->getName().str());
    return true;
  }
  CallSite site;
  site.call = call;
  site.isAssembly = call->isInlineAsm();
  site.direct = call->getCalledFunction();
  if (!site.isAssembly && !site.direct)
    site.callee = slotsOf(*call->getCalledOperand());
  for (const llvm::Use &argument : call->args()) {
    const auto widths = scalarWidths(*argument->getType(), layout);
    const Slot first = argument->getType()->isMetadataTy() ? noSlot : slotsOf(*argument);
    if (widths.empty() || first == noSlot) {
      unsupported(instruction, "an argument");
      return true;
    }
    for (unsigned i = 0; i < widths.size(); ++i)
      site.arguments.push_back(first + i);
  }
  for (uint8_t width : scalarWidths(*call->getType(), layout))
    site.resultWidths.push_back(width);
  if (site.resultWidths.empty() && !call->getType()->isVoidTy()) {
    unsupported(instruction, "a result");
    return true;
  }
  if (!site.resultWidths.empty())
    site.result = slotsOf(*call);
  emit(Opcode::Call, call).immediate = code->calls.size();
  code->calls.push_back(std::move(site));
  return true;
}

namespace {
/// Intrinsics that are one instruction of ours over their arguments.
struct BitIntrinsic {
  llvm::Intrinsic::ID id;
  BitCount operation;
};
constexpr BitIntrinsic bitIntrinsics[] = {
    {llvm::Intrinsic::ctpop, BitCount::Ones},
    {llvm::Intrinsic::ctlz, BitCount::LeadingZeros},
    {llvm::Intrinsic::cttz, BitCount::TrailingZeros},
    {llvm::Intrinsic::bswap, BitCount::ByteSwap},
    {llvm::Intrinsic::bitreverse, BitCount::BitReverse},
    {llvm::Intrinsic::abs, BitCount::Absolute},
};

struct OverflowIntrinsic {
  llvm::Intrinsic::ID id;
  Op op;
  bool isSigned;
};
constexpr OverflowIntrinsic overflowIntrinsics[] = {
    {llvm::Intrinsic::uadd_with_overflow, Op::Add, false}, {llvm::Intrinsic::sadd_with_overflow, Op::Add, true},
    {llvm::Intrinsic::usub_with_overflow, Op::Sub, false}, {llvm::Intrinsic::ssub_with_overflow, Op::Sub, true},
    {llvm::Intrinsic::umul_with_overflow, Op::Mul, false}, {llvm::Intrinsic::smul_with_overflow, Op::Mul, true},
};

/// The smaller or larger one: a comparison and a choice.
struct ExtremeIntrinsic {
  llvm::Intrinsic::ID id;
  Op less;
  bool smallest;
};
constexpr ExtremeIntrinsic extremeIntrinsics[] = {
    {llvm::Intrinsic::umin, Op::Ult, true},
    {llvm::Intrinsic::umax, Op::Ult, false},
    {llvm::Intrinsic::smin, Op::Slt, true},
    {llvm::Intrinsic::smax, Op::Slt, false},
};

constexpr llvm::Intrinsic::ID withoutEffect[] = {
    llvm::Intrinsic::lifetime_start, llvm::Intrinsic::lifetime_end, llvm::Intrinsic::assume,
    llvm::Intrinsic::donothing,      llvm::Intrinsic::prefetch,     llvm::Intrinsic::experimental_noalias_scope_decl,
    llvm::Intrinsic::dbg_declare,    llvm::Intrinsic::dbg_value,    llvm::Intrinsic::dbg_label,
};
} // namespace

bool Decoder::decodeIntrinsic(const llvm::IntrinsicInst &call) {
  const llvm::Intrinsic::ID id = call.getIntrinsicID();
  if (llvm::is_contained(withoutEffect, id))
    return true;
  llvm::SmallVector<Slot, 4> operands;
  for (const llvm::Use &argument : call.args())
    operands.push_back(argument->getType()->isMetadataTy() ? noSlot : slotsOf(*argument));
  const unsigned width = call.arg_empty() ? 0 : widthOf(*call.getArgOperand(0)->getType());
  const Slot dst = call.getType()->isVoidTy() ? noSlot : slotsOf(call);
  auto decoded = [&](Opcode opcode, Slot a, Slot b = noSlot, Slot c = noSlot) -> Instruction & {
    Instruction &added = emit(opcode, &call);
    added.width = uint8_t(width);
    added.a = a;
    added.b = b;
    added.c = c;
    added.dst = dst;
    return added;
  };
  if (id == llvm::Intrinsic::memcpy || id == llvm::Intrinsic::memmove || id == llvm::Intrinsic::memcpy_inline) {
    decoded(Opcode::CopyMemory, operands[0], operands[1], operands[2]);
    return true;
  }
  if (id == llvm::Intrinsic::memset || id == llvm::Intrinsic::memset_inline) {
    decoded(Opcode::FillMemory, operands[0], operands[1], operands[2]);
    return true;
  }
  if (id == llvm::Intrinsic::stacksave || id == llvm::Intrinsic::stackrestore) {
    decoded(id == llvm::Intrinsic::stacksave ? Opcode::StackMark : Opcode::StackBack,
            operands.empty() ? noSlot : operands[0]);
    return true;
  }
  if (id == llvm::Intrinsic::expect || id == llvm::Intrinsic::ssa_copy ||
      id == llvm::Intrinsic::expect_with_probability) {
    decoded(Opcode::Copy, operands[0]);
    return width != 0;
  }
  if (id == llvm::Intrinsic::is_constant || id == llvm::Intrinsic::objectsize) {
    // Nothing is known at compile time; objectsize says "unknown" by its second argument.
    const auto *minimum =
        id == llvm::Intrinsic::objectsize ? llvm::cast<llvm::ConstantInt>(call.getArgOperand(1)) : nullptr;
    const unsigned resultWidth = widthOf(*call.getType());
    const Slot answer = constant(minimum && minimum->isZero() ? ~uint64_t(0) : 0, resultWidth);
    decoded(Opcode::Copy, answer);
    return resultWidth != 0;
  }
  if (!width)
    return false;
  for (const BitIntrinsic &known : bitIntrinsics)
    if (known.id == id) {
      decoded(Opcode::CountBits, operands[0]).operation = uint8_t(known.operation);
      return true;
    }
  for (const OverflowIntrinsic &known : overflowIntrinsics)
    if (known.id == id) {
      Instruction &added = decoded(Opcode::WithOverflow, operands[0], operands[1]);
      added.operation = uint8_t(known.op);
      added.immediate = known.isSigned;
      return true;
    }
  for (const ExtremeIntrinsic &known : extremeIntrinsics)
    if (known.id == id) {
      const Slot less = newSlots(1);
      Instruction &comparison = decoded(Opcode::Binary, operands[0], operands[1]);
      comparison.operation = uint8_t(known.less);
      comparison.dst = less;
      decoded(Opcode::Select, less, operands[known.smallest ? 0 : 1], operands[known.smallest ? 1 : 0]);
      return true;
    }
  return false;
}

} // namespace kmem::replay
