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
  if (llvm::is_contained(withoutEffect, call.getIntrinsicID()))
    return true;
  for (const llvm::Use &argument : call.args())
    if (!argument->getType()->isMetadataTy() && slotsOf(*argument) == noSlot)
      return false;
  return decodeMemoryIntrinsic(call) || decodeNumberIntrinsic(call) || decodeMachineIntrinsic(call);
}

/// One instruction for `call`, of the width of its first argument.
Instruction &Decoder::emitFor(const llvm::IntrinsicInst &call, Opcode opcode, Slot a, Slot b, Slot c) {
  const unsigned width = call.arg_empty() ? 0 : widthOf(*call.getArgOperand(0)->getType());
  const Slot dst = call.getType()->isVoidTy() ? noSlot : slotsOf(call);
  Instruction &added = emit(opcode, &call);
  added.width = uint8_t(width);
  added.a = a;
  added.b = b;
  added.c = c;
  added.dst = dst;
  return added;
}

bool Decoder::decodeMemoryIntrinsic(const llvm::IntrinsicInst &call) {
  auto argument = [&](unsigned i) { return slotsOf(*call.getArgOperand(i)); };
  switch (call.getIntrinsicID()) {
  case llvm::Intrinsic::memcpy:
  case llvm::Intrinsic::memcpy_inline:
  case llvm::Intrinsic::memmove:
  case llvm::Intrinsic::memset:
  case llvm::Intrinsic::memset_inline: {
    if (!widthOf(*call.getArgOperand(2)->getType()))
      return false;
    const bool fills = llvm::isa<llvm::MemSetInst>(call);
    emitFor(call, fills ? Opcode::FillMemory : Opcode::CopyMemory, argument(0), argument(1), argument(2));
    return true;
  }
  case llvm::Intrinsic::stacksave:
    emitFor(call, Opcode::StackMark);
    return true;
  case llvm::Intrinsic::stackrestore:
    emitFor(call, Opcode::StackBack, argument(0));
    return true;
  default:
    return false;
  }
}

/// Nothing is known at compile time: the second argument says how to say so.
bool Decoder::decodeObjectSize(const llvm::IntrinsicInst &call) {
  const unsigned width = widthOf(*call.getType());
  const bool wantsSmallest = !llvm::cast<llvm::ConstantInt>(call.getArgOperand(1))->isZero();
  if (width)
    emitFor(call, Opcode::Copy, constant(wantsSmallest ? 0 : ~uint64_t(0), width));
  return width != 0;
}

template <typename Row> static const Row *rowOf(llvm::ArrayRef<Row> table, llvm::Intrinsic::ID id) {
  const Row *found = llvm::find_if(table, [&](const Row &row) { return row.id == id; });
  return found == table.end() ? nullptr : found;
}

/// What computes a number from its first one or two arguments.
bool Decoder::decodeNumberIntrinsic(const llvm::IntrinsicInst &call) {
  const llvm::Intrinsic::ID id = call.getIntrinsicID();
  if (id == llvm::Intrinsic::objectsize)
    return decodeObjectSize(call);
  const bool startsWithNumber = !call.arg_empty() && widthOf(*call.getArgOperand(0)->getType());
  if (!startsWithNumber)
    return false;
  const Slot a = slotsOf(*call.getArgOperand(0)), b = call.arg_size() > 1 ? slotsOf(*call.getArgOperand(1)) : noSlot;
  if (id == llvm::Intrinsic::expect || id == llvm::Intrinsic::ssa_copy ||
      id == llvm::Intrinsic::expect_with_probability) {
    emitFor(call, Opcode::Copy, a);
  } else if (const auto *bits = rowOf<BitIntrinsic>(bitIntrinsics, id)) {
    emitFor(call, Opcode::CountBits, a).operation = uint8_t(bits->operation);
  } else if (const auto *exact = rowOf<OverflowIntrinsic>(overflowIntrinsics, id)) {
    Instruction &added = emitFor(call, Opcode::WithOverflow, a, b);
    added.operation = uint8_t(exact->op);
    added.immediate = exact->isSigned;
  } else if (const auto *saturating = rowOf<SaturatingIntrinsic>(saturatingIntrinsics, id)) {
    decodeSaturating(call, saturating->op, saturating->isSigned);
  } else if (id == llvm::Intrinsic::fshl || id == llvm::Intrinsic::fshr) {
    decodeFunnelShift(call, id == llvm::Intrinsic::fshl);
  } else if (const auto *extreme = rowOf<ExtremeIntrinsic>(extremeIntrinsics, id)) {
    const unsigned width = widthOf(*call.getType());
    const Slot less = computed(extreme->less, a, b, width, &call);
    select(slotsOf(call), less, extreme->smallest ? a : b, extreme->smallest ? b : a, width, &call);
  } else {
    return false;
  }
  return true;
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
