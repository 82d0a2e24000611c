// What a statement asks of the world: memory, decisions, where it goes on.
#include "runtime/exec/assembly_run.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

static constexpr uint64_t efault = 14; // asm-generic/errno-base.h

bool AssemblyRun::isUserAccess(const Value &address) const {
  return text.mayFault && !(address.isKnown() && address.bits() >> 63);
}

bool AssemblyRun::userAccessFaults() {
  if (over)
    return true;
  if (!userFault)
    userFault = world.chooser.choose(ChoiceKind::UserCopy, "inline user access", 2) != 0;
  if (!*userFault)
    return false;
  if (text.faultError)
    write(*text.faultError, Value::known(0 - efault, 32));
  if (text.faultLabel.isThere())
    leave(text.faultLabel);
  finish();
  return true;
}

Value AssemblyRun::load(const Value &address, unsigned width) {
  const Value nothing = Value::known(0, width);
  if (over)
    return nothing;
  if (isUserAccess(address))
    return userAccessFaults() ? nothing : input(named("user memory", address), width);
  const std::optional<uint64_t> at = pick(address, PickFor::Address);
  return at ? world.memory.load(*at, width) : nothing;
}

void AssemblyRun::store(const Value &address, const Value &value) {
  if (over)
    return;
  if (isUserAccess(address)) { // user memory keeps nothing: what is read from it is any value
    userAccessFaults();
    return;
  }
  if (const std::optional<uint64_t> at = pick(address, PickFor::Address))
    world.memory.store(*at, value);
}

std::optional<uint64_t> AssemblyRun::pick(const Value &value, PickFor purpose) {
  if (over)
    return std::nullopt;
  if (value.isKnown())
    return value.bits();
  const std::optional<uint64_t> picked = world.chooser.pick(value.asTerm(world.pool), purpose);
  if (!picked)
    refuse("a value in inline assembly");
  return picked;
}

std::optional<bool> AssemblyRun::decide(const Value &condition) {
  if (over)
    return std::nullopt;
  if (condition.isKnown())
    return condition.bits() != 0;
  const std::optional<bool> decided = world.chooser.branch({.condition = condition.asTerm(world.pool), .at = nullptr});
  if (!decided)
    refuse("a branch in inline assembly");
  return decided;
}

Value AssemblyRun::input(std::string name, unsigned width) {
  return over ? Value::known(0, width) : world.chooser.input({.name = std::move(name), .width = width});
}

std::string AssemblyRun::named(llvm::StringRef what, const Value &address) const {
  std::string name;
  if (address.isKnown()) {
    name = world.context.nameOf(address.bits());
    if (name.empty())
      name = "0x" + llvm::utohexstr(address.bits(), /*LowerCase=*/true);
  } else if (const Term &term = world.pool[address.asTerm(world.pool)]; term.op == Op::Variable) {
    name = world.pool.nameOf(unsigned(term.value));
  }
  return (what + "(" + name + ")").str();
}

void AssemblyRun::refuse(std::string why) {
  if (!over)
    refused = std::move(why);
  over = true;
}

void AssemblyRun::leave(const BoundOperand &label) {
  const Binding *binding = bindingOf(label);
  if (over)
    return;
  if (!binding || binding->kind != Binding::Kind::Label)
    return giveUp();
  way = binding->number + 1;
  over = true;
}

void AssemblyRun::jump(const AssemblyOperand &label) {
  if (over)
    return;
  if (label.kind == AssemblyOperand::Kind::Bound)
    return leave(label.bound);
  llvm::StringRef name = label.symbol;
  auto found = text.labels.find(name);
  if (found == text.labels.end() && (name.consume_back("f") || name.consume_back("b")))
    found = text.labels.find(name);
  if (found == text.labels.end())
    return giveUp();
  at = found->second;
}

} // namespace kmem::replay
