#include "runtime/exec/assembly_binding.h"

#include "runtime/exec/cpu_flags.h"

#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace kmem::replay {

using Constraint = llvm::InlineAsm::ConstraintInfo;

namespace {
/// What the codes of one constraint allow.
struct Allowed {
  bool memory = false, number = false, other = false;
  std::optional<uint8_t> cpuRegister;
  bool anyRegister = false;
  std::string condition;
  int sameAs = -1;
};

std::optional<uint8_t> registerOfLetter(char letter) {
  static constexpr llvm::StringLiteral letters = "acdbSD";
  static constexpr CpuRegister registers[] = {AX, CX, DX, BX, SI, DI};
  const size_t at = letters.find(letter);
  return at == llvm::StringRef::npos ? std::nullopt : std::optional<uint8_t>(registers[at]);
}

void allow(Allowed &allowed, llvm::StringRef code) {
  unsigned number = 0;
  if (!code.getAsInteger(10, number)) {
    allowed.sameAs = int(number);
  } else if (code.consume_front("{@cc")) {
    allowed.condition = code.drop_back().str();
    allowed.other |= !CpuFlags::isCondition(allowed.condition);
  } else if (code.consume_front("{")) {
    const auto named = registerNamed(code.drop_back());
    allowed.other |= !named;
    if (named)
      allowed.cpuRegister = named->number;
  } else if (code.size() == 1 && registerOfLetter(code.front())) {
    allowed.cpuRegister = registerOfLetter(code.front());
  } else if (code.size() == 1 && llvm::StringRef("mop").contains(code.front())) {
    allowed.memory = true;
  } else if (code.size() == 1 && llvm::StringRef("ineIJKLMNOZsX").contains(code.front())) {
    allowed.number = true;
  } else if (code == "r" || code == "q" || code == "Q" || code == "R" || code == "l" || code == "g") {
    allowed.anyRegister = true;
  } else {
    allowed.other = true;
  }
}

class Binder {
public:
  Binder(const CallSite &site, llvm::ArrayRef<Value> arguments) : site(site), arguments(arguments) {}

  bool bind(const Constraint &constraint) {
    Binding binding;
    if (constraint.Type == llvm::InlineAsm::isLabel) {
      binding.kind = Binding::Kind::Label;
      binding.number = labels++;
      bindings.push_back(binding);
      return true;
    }
    Allowed allowed;
    for (const std::string &code : constraint.Codes)
      allow(allowed, code);
    if (constraint.Type == llvm::InlineAsm::isOutput && !constraint.isIndirect) {
      if (nextResult == site.resultWidths.size())
        return false;
      binding.width = site.resultWidths[nextResult++];
      binding.isResult = true;
    } else if (!takeArgument(constraint, allowed, binding)) {
      return false;
    }
    if (binding.kind == Binding::Kind::Register)
      place(allowed, binding);
    bindings.push_back(binding);
    return !allowed.other;
  }

  std::vector<Binding> bindings;

private:
  bool takeArgument(const Constraint &constraint, const Allowed &allowed, Binding &binding) {
    const unsigned argument = nextArgument++;
    if (argument >= arguments.size() || site.arguments.size() != site.call->arg_size())
      return false; // a value of several scalars
    binding.value = arguments[argument];
    binding.width = uint8_t(binding.value.width());
    if (constraint.isIndirect) {
      binding.kind = Binding::Kind::Memory;
      binding.mustBeMemory = !allowed.anyRegister && !allowed.cpuRegister;
      const llvm::Type *element = site.call->getParamElementType(argument);
      const uint64_t bits =
          element ? site.call->getModule()->getDataLayout().getTypeSizeInBits(const_cast<llvm::Type *>(element)) : 0;
      binding.width = uint8_t(bits > maxWidth ? 0 : bits);
      return true;
    }
    const bool isConstant = llvm::isa<llvm::Constant>(site.call->getArgOperand(argument));
    const bool noRegister = !allowed.anyRegister && !allowed.cpuRegister && allowed.sameAs < 0;
    if (allowed.number && (isConstant || noRegister))
      binding.kind = Binding::Kind::Immediate;
    binding.isInput = true;
    return true;
  }

  void place(const Allowed &allowed, Binding &binding) {
    if (!allowed.condition.empty()) {
      binding.kind = Binding::Kind::Condition;
      binding.condition = allowed.condition;
    } else if (allowed.sameAs >= 0 && unsigned(allowed.sameAs) < bindings.size()) {
      binding.kind = bindings[unsigned(allowed.sameAs)].kind;
      binding.number = bindings[unsigned(allowed.sameAs)].number;
    } else {
      binding.number = allowed.cpuRegister ? *allowed.cpuRegister : cpuRegisters + unsigned(bindings.size());
    }
  }

  const CallSite &site;
  llvm::ArrayRef<Value> arguments;
  unsigned nextArgument = 0, labels = 0;
  size_t nextResult = 0;
};
} // namespace

std::optional<std::vector<Binding>> bindOperands(const CallSite &site, llvm::ArrayRef<Value> arguments) {
  const auto &assembly = *llvm::cast<llvm::InlineAsm>(site.call->getCalledOperand());
  Binder binder(site, arguments);
  for (const Constraint &constraint : assembly.ParseConstraints())
    if (constraint.Type != llvm::InlineAsm::isClobber && !binder.bind(constraint))
      return std::nullopt;
  return std::move(binder.bindings);
}

} // namespace kmem::replay
