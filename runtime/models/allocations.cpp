#include "runtime/models/allocations.h"

namespace kmem::replay {

namespace {

/// Nothing that can fail succeeds.
class EverythingFails final : public sim::Oracle {
public:
  bool decide(const sim::Question &question) override {
    return question.point == sim::DecisionPoint::Slab || question.point == sim::DecisionPoint::PageAlloc;
  }
};

/// While it lives, the machine asks another oracle.
class OracleScope {
public:
  OracleScope(sim::Recorder &asked, sim::Oracle &other) : asked(asked), before(asked.used()) { asked.use(other); }
  ~OracleScope() { asked.use(before); }
  OracleScope(const OracleScope &) = delete;
  OracleScope &operator=(const OracleScope &) = delete;

private:
  sim::Recorder &asked;
  sim::Oracle &before;
};

constexpr uint64_t wordBytes = 8;

} // namespace

uint32_t familyNumber(const rules::RuleSet &rules, llvm::StringRef family) {
  const rules::FamilyRule *rule = rules.family(family);
  return rule ? uint32_t(rule - rules.families.data()) + 1 : 0;
}

AllocationRequest requestOf(ModelCall &call) {
  AllocationRequest request;
  request.gfp = call.gfp();
  const auto &rule = call.rule.alloc;
  if (!rule)
    return request;
  request.size = rule->size.empty() ? 0 : 1;
  for (int argument : rule->size)
    request.overflows |= __builtin_mul_overflow(request.size, call.size(argument), &request.size);
  if (rule->order != rules::noArgument)
    request.order = unsigned(call.number(rule->order));
  if (rule->cache != rules::noArgument)
    request.cache = call.pointer(rule->cache);
  return request;
}

Address allocateOrFail(ModelCall &call, const AllocationRequest &request, bool fallible,
                       llvm::function_ref<Address()> allocate, llvm::function_ref<void(Address)> undo) {
  const bool nofail = request.gfp & call.kernel().profile.gfp.nofail;
  if (!fallible || nofail || !call.unusual(ChoiceKind::Allocation))
    return allocate();
  EverythingFails failing;
  OracleScope scope(call.system().oracle, failing);
  if (const Address address = allocate()) // had some in reserve
    undo(address);
  return 0;
}

void remember(ModelCall &call, const AllocationRequest &request, Address address) {
  Allocation allocation;
  allocation.address = address;
  allocation.size = request.size;
  allocation.cache = request.cache;
  allocation.family = call.rule.alloc ? familyNumber(call.rules, call.rule.alloc->family) : 0;
  allocation.order = uint8_t(request.order);
  call.now.allocations.set(address, allocation);
}

void takeBytes(ModelCall &call, Address address, uint64_t size) {
  if (!call.machine.memory.state().noted)
    return;
  for (uint64_t at = address; at < address + size; at += wordBytes) {
    const auto bytes = unsigned(std::min(wordBytes, address + size - at));
    uint64_t bits = 0;
    call.kernel().memory.read(at, std::as_writable_bytes(std::span(&bits, 1)).first(bytes));
    call.store(at, Value::known(bits, bytes * 8));
  }
}

Values allocated(ModelCall &call, const AllocationRequest &request, Address address) {
  const auto &rule = call.rule.alloc;
  if (address > sim::zeroSizePointer)
    remember(call, request, address);
  const bool failsByError = rule && rule->errPtr && !address;
  const uint64_t result = failsByError ? uint64_t(int64_t(noMemory)) : address;
  if (!rule || rule->out == rules::noArgument)
    return call.returns(result);
  call.storeWord(call.pointer(rule->out), result);
  return call.returns(uint64_t(int64_t(address ? 0 : noMemory)));
}

} // namespace kmem::replay
