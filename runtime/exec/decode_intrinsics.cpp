#include "runtime/exec/decoder.h"

namespace kmem::replay {

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

struct SaturatingIntrinsic {
  llvm::Intrinsic::ID id;
  Op op;
  bool isSigned;
};
constexpr SaturatingIntrinsic saturatingIntrinsics[] = {
    {llvm::Intrinsic::uadd_sat, Op::Add, false},
    {llvm::Intrinsic::sadd_sat, Op::Add, true},
    {llvm::Intrinsic::usub_sat, Op::Sub, false},
    {llvm::Intrinsic::ssub_sat, Op::Sub, true},
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
    llvm::Intrinsic::vaend,          llvm::Intrinsic::debugtrap,    llvm::Intrinsic::write_register,
    llvm::Intrinsic::var_annotation, llvm::Intrinsic::pseudoprobe,  llvm::Intrinsic::instrprof_increment,
};
} // namespace

bool Decoder::decodeIntrinsic(const llvm::IntrinsicInst &call) {
  const llvm::Intrinsic::ID id = call.getIntrinsicID();
  if (llvm::is_contained(withoutEffect, id))
    return true;
  llvm::SmallVector<Slot, 4> operands;
  for (const llvm::Use &argument : call.args())
    operands.push_back(argument->getType()->isMetadataTy() ? noSlot : slotsOf(*argument));
  for (const llvm::Use &argument : call.args())
    if (!argument->getType()->isMetadataTy() && operands[argument.getOperandNo()] == noSlot)
      return false;
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
    if (!widthOf(*call.getArgOperand(2)->getType()))
      return false;
    decoded(Opcode::CopyMemory, operands[0], operands[1], operands[2]);
    return true;
  }
  if (id == llvm::Intrinsic::memset || id == llvm::Intrinsic::memset_inline) {
    if (!widthOf(*call.getArgOperand(2)->getType()))
      return false;
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
  if (id == llvm::Intrinsic::objectsize) { // nothing is known at compile time: the second argument says how to say so
    const auto *minimum = llvm::cast<llvm::ConstantInt>(call.getArgOperand(1));
    if (const unsigned result = widthOf(*call.getType())) {
      decoded(Opcode::Copy, constant(minimum->isZero() ? ~uint64_t(0) : 0, result));
      return true;
    }
    return false;
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
  for (const SaturatingIntrinsic &known : saturatingIntrinsics)
    if (known.id == id) {
      decodeSaturating(call, known.op, known.isSigned);
      return true;
    }
  if (id == llvm::Intrinsic::fshl || id == llvm::Intrinsic::fshr) {
    decodeFunnelShift(call, id == llvm::Intrinsic::fshl);
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

/// What does not fit becomes the nearest number that does.
void Decoder::decodeSaturating(const llvm::IntrinsicInst &call, Op op, bool isSigned) {
  const unsigned width = widthOf(*call.getType());
  const Slot a = slotsOf(*call.getArgOperand(0)), b = slotsOf(*call.getArgOperand(1)), exact = newSlots(2);
  const uint64_t smallest = uint64_t(1) << (width - 1);
  Slot limit = constant(op == Op::Add ? ~uint64_t(0) : 0, width);
  if (isSigned) { // in the direction of the first operand
    const Slot isNegative = computed(Op::Slt, a, constant(0, width), width, &call);
    const Slot lowest = constant(smallest, width), highest = constant(smallest - 1, width);
    limit = newSlots(1);
    select(limit, isNegative, lowest, highest, width, &call);
  }
  Instruction &sum = emit(Opcode::WithOverflow, &call);
  sum.operation = uint8_t(op);
  sum.width = uint8_t(width);
  sum.a = a;
  sum.b = b;
  sum.dst = exact;
  sum.immediate = isSigned;
  select(slotsOf(call), exact + 1, limit, exact, width, &call);
}

/// The upper or lower half of the two operands side by side, shifted.
void Decoder::decodeFunnelShift(const llvm::IntrinsicInst &call, bool left) {
  const unsigned width = widthOf(*call.getType());
  const Slot high = slotsOf(*call.getArgOperand(0)), low = slotsOf(*call.getArgOperand(1));
  const Slot count = computed(Op::URem, slotsOf(*call.getArgOperand(2)), constant(width, width), width, &call);
  const Slot rest = computed(Op::Sub, constant(width, width), count, width, &call);
  const Slot up = computed(Op::Shl, high, left ? count : rest, width, &call);
  const Slot down = computed(Op::LShr, low, left ? rest : count, width, &call);
  Instruction &both = emit(Opcode::Binary, &call);
  both.operation = uint8_t(Op::Or);
  both.width = uint8_t(width);
  both.a = up;
  both.b = down;
  both.dst = slotsOf(call);
}

/// What asks for the frame, the state of the run or the machine rather than for numbers.
bool Decoder::decodeMachineIntrinsic(const llvm::IntrinsicInst &call) {
  auto decoded = [&](Opcode opcode, Slot a = noSlot) -> Instruction & {
    const Slot dst = call.getType()->isVoidTy() ? noSlot : slotsOf(call);
    Instruction &added = emit(opcode, &call);
    added.a = a;
    added.dst = dst;
    return added;
  };
  auto argument = [&](unsigned i) { return slotsOf(*call.getArgOperand(i)); };
  for (const llvm::Use &given : call.args())
    if (!given->getType()->isMetadataTy() && slotsOf(*given) == noSlot)
      return false;
  switch (call.getIntrinsicID()) {
  case llvm::Intrinsic::is_constant: // what is known to the run could have been known to the compiler
    decoded(Opcode::IsKnown, argument(0));
    return true;
  case llvm::Intrinsic::read_register: {
    const auto *names =
        llvm::cast<llvm::MDNode>(llvm::cast<llvm::MetadataAsValue>(call.getArgOperand(0))->getMetadata());
    const auto *name = llvm::dyn_cast<llvm::MDString>(names->getOperand(0));
    if (!name || name->getString() != "rsp" || widthOf(*call.getType()) != maxWidth)
      return false;
    decoded(Opcode::StackMark);
    return true;
  }
  case llvm::Intrinsic::frameaddress:
  case llvm::Intrinsic::addressofreturnaddress:
    decoded(Opcode::StackMark);
    return true;
  case llvm::Intrinsic::returnaddress:
    decoded(Opcode::ReturnAddress).immediate = llvm::cast<llvm::ConstantInt>(call.getArgOperand(0))->getZExtValue();
    return true;
  case llvm::Intrinsic::vastart:
    decoded(Opcode::StartArguments, argument(0));
    return true;
  case llvm::Intrinsic::vacopy: {
    Instruction &copy = decoded(Opcode::CopyMemory, argument(0));
    copy.b = argument(1);
    copy.c = constant(argumentListBytes, maxWidth);
    return true;
  }
  case llvm::Intrinsic::trap:
  case llvm::Intrinsic::ubsantrap:
    decoded(Opcode::Unreachable);
    return true;
  case llvm::Intrinsic::ptrmask: {
    Instruction &mask = decoded(Opcode::Binary, argument(0));
    mask.operation = uint8_t(Op::And);
    mask.width = maxWidth;
    mask.b = argument(1);
    return widthOf(*call.getArgOperand(1)->getType()) == maxWidth;
  }
  default:
    return false;
  }
}

} // namespace kmem::replay
