#include "runtime/exec/decoder.h"

namespace kmem::replay {

bool Decoder::decodeControl(const llvm::Instruction &instruction) {
  if (auto *branch = llvm::dyn_cast<llvm::BranchInst>(&instruction)) {
    const auto index = uint32_t(code->instructions.size());
    patches.push_back({index, Target::First, 0, branch->getParent(), branch->getSuccessor(0)});
    if (branch->isUnconditional()) {
      emit(Opcode::Jump, branch);
      return true;
    }
    patches.push_back({index, Target::Second, 0, branch->getParent(), branch->getSuccessor(1)});
    const Slot condition = slotsOf(*branch->getCondition());
    if (condition == noSlot) {
      patches.resize(patches.size() - 2);
      unsupported(instruction, "a condition");
      return true;
    }
    emit(Opcode::Branch, branch).a = condition;
  } else if (auto *choice = llvm::dyn_cast<llvm::SwitchInst>(&instruction)) {
    decodeSwitch(*choice);
  } else if (auto *back = llvm::dyn_cast<llvm::ReturnInst>(&instruction)) {
    const llvm::Value *value = back->getReturnValue();
    const Slot from = value ? slotsOf(*value) : noSlot;
    const auto count = value ? scalarWidths(*value->getType(), layout).size() : 0;
    if (value && (count == 0 || from == noSlot)) {
      unsupported(instruction, "a returned value");
      return true;
    }
    Instruction &decoded = emit(Opcode::Return, back);
    decoded.a = from;
    decoded.immediate = count;
  } else if (llvm::isa<llvm::UnreachableInst>(instruction)) {
    emit(Opcode::Unreachable, &instruction);
  } else {
    return false;
  }
  return true;
}

void Decoder::decodeSwitch(const llvm::SwitchInst &choice) {
  const unsigned width = widthOf(*choice.getCondition()->getType());
  const Slot value = slotsOf(*choice.getCondition());
  if (!width || value == noSlot)
    return unsupported(choice, "switch");
  const auto index = uint32_t(code->instructions.size());
  SwitchTable &table = code->switches.emplace_back();
  for (const auto &handle : choice.cases()) {
    patches.push_back(
        {index, Target::Case, uint32_t(table.cases.size()), choice.getParent(), handle.getCaseSuccessor()});
    table.cases.push_back({handle.getCaseValue()->getZExtValue(), 0});
  }
  patches.push_back({index, Target::Default, 0, choice.getParent(), choice.getDefaultDest()});
  Instruction &decoded = emit(Opcode::Switch, &choice);
  decoded.a = value;
  decoded.width = uint8_t(width);
  decoded.immediate = code->switches.size() - 1;
}

/// Where to jump for `to` when coming from `from`: the block itself, or copies of what its phis take from there. The
/// copies go through slots of their own, because phis of a block change all at once.
uint32_t Decoder::edge(const llvm::BasicBlock &from, const llvm::BasicBlock &to) {
  if (to.phis().empty())
    return starts.at(&to);
  const auto start = uint32_t(code->instructions.size());
  struct Move {
    Slot from, through, to;
  };
  llvm::SmallVector<Move, 8> moves;
  for (const llvm::PHINode &phi : to.phis()) {
    const auto widths = scalarWidths(*phi.getType(), layout);
    const Slot source = slotsOf(*phi.getIncomingValueForBlock(&from)), dst = slotsOf(phi);
    if (widths.empty() || source == noSlot)
      unsupported(phi, "phi");
    for (unsigned i = 0; i < widths.size(); ++i)
      moves.push_back({source + i, newSlots(1), dst + i});
  }
  auto copy = [&](Slot source, Slot dst) {
    Instruction &decoded = emit(Opcode::Copy, &to.front());
    decoded.a = source;
    decoded.dst = dst;
  };
  if (moves.size() == 1) {
    copy(moves.front().from, moves.front().to);
  } else {
    for (const Move &move : moves)
      copy(move.from, move.through);
    for (const Move &move : moves)
      copy(move.through, move.to);
  }
  emit(Opcode::Jump, &to.front()).immediate = starts.at(&to);
  return start;
}

void Decoder::patchTargets() {
  for (const Patch &patch : patches) {
    const uint32_t target = edge(*patch.from, *patch.to);
    Instruction &jump = code->instructions[patch.instruction];
    switch (patch.target) {
    case Target::First:
      jump.immediate = target;
      break;
    case Target::Second:
      jump.other = target;
      break;
    case Target::Case:
      code->switches[jump.immediate].cases[patch.index].target = target;
      break;
    case Target::Default:
      code->switches[jump.immediate].otherwise = target;
      break;
    }
  }
}

} // namespace kmem::replay
