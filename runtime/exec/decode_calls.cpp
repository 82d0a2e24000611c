#include "runtime/exec/decoder.h"

#include "llvm/IR/InlineAsm.h"

namespace kmem::replay {

bool Decoder::decodeCall(const llvm::Instruction &instruction) {
  auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  if (!call || llvm::isa<llvm::InvokeInst>(call))
    return false;
  if (auto *intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(call)) {
    if (!decodeIntrinsic(*intrinsic))
      unsupported(instruction, intrinsic->getCalledFunction()->getName().str());
    return true;
  }
  if (auto *assembly = llvm::dyn_cast<llvm::CallBrInst>(call)) {
    decodeAssemblyGoto(*assembly);
    return true;
  }
  std::optional<CallSite> site = callSite(*call);
  if (!site)
    return true;
  if (!site->resultWidths.empty())
    site->result = slotsOf(*call);
  emit(Opcode::Call, call).immediate = code->calls.size();
  code->calls.push_back(std::move(*site));
  return true;
}

/// All of a call site but where its result goes. Nothing when it is Unsupported, and was emitted as such.
std::optional<CallSite> Decoder::callSite(const llvm::CallBase &call) {
  CallSite site;
  site.call = &call;
  site.isAssembly = call.isInlineAsm();
  site.direct = call.getCalledFunction();
  if (!site.isAssembly && !site.direct)
    site.callee = slotsOf(*call.getCalledOperand());
  for (const llvm::Use &argument : call.args()) {
    const auto widths = scalarWidths(*argument->getType(), layout);
    const Slot first = argument->getType()->isMetadataTy() ? noSlot : slotsOf(*argument);
    if (widths.empty() || first == noSlot) {
      unsupported(call, "an argument");
      return std::nullopt;
    }
    for (unsigned i = 0; i < widths.size(); ++i)
      site.arguments.push_back(first + i);
  }
  for (uint8_t width : scalarWidths(*call.getType(), layout))
    site.resultWidths.push_back(width);
  if (site.resultWidths.empty() && !call.getType()->isVoidTy()) {
    unsupported(call, "a result");
    return std::nullopt;
  }
  return site;
}

/// A call whose last result is the way to go, copies of the others to where they belong, a switch.
void Decoder::decodeAssemblyGoto(const llvm::CallBrInst &call) {
  std::optional<CallSite> site = callSite(call);
  if (!site || !site->isAssembly)
    return site ? unsupported(call, "callbr") : void();
  const auto outputs = unsigned(site->resultWidths.size());
  const Slot from = newSlots(outputs + 1), to = outputs ? slotsOf(call) : noSlot;
  site->result = from;
  site->resultWidths.push_back(wayWidth);
  emit(Opcode::Call, &call).immediate = code->calls.size();
  code->calls.push_back(std::move(*site));
  for (unsigned i = 0; i < outputs; ++i) {
    Instruction &copy = emit(Opcode::Copy, &call);
    copy.a = from + i;
    copy.dst = to + i;
  }
  const auto index = uint32_t(code->instructions.size());
  SwitchTable &table = code->switches.emplace_back();
  for (unsigned i = 0; i < call.getNumIndirectDests(); ++i) {
    patches.push_back({index, Target::Case, i, call.getParent(), call.getIndirectDest(i)});
    table.cases.push_back({i + 1, 0});
  }
  patches.push_back({index, Target::Default, 0, call.getParent(), call.getDefaultDest()});
  Instruction &choice = emit(Opcode::Switch, &call);
  choice.a = from + outputs;
  choice.width = wayWidth;
  choice.immediate = code->switches.size() - 1;
}

} // namespace kmem::replay
