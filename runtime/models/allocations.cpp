#include "runtime/models/allocations.h"

#include "runtime/models/releases.h"

#include <utility>

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
/// Terms in blocks larger than this are lost behind it when they move.
constexpr uint64_t movedAtMost = 65536;

/// What lies in a block that is about to move, with the terms that the simulated kernel does not see.
class Contents {
public:
  Contents(ModelCall &call, Address from, uint64_t size) : call(call) {
    if (call.machine.memory.state().noted || hasUnknownOrigin(call, from))
      for (uint64_t at = 0; at + wordBytes <= std::min(size, movedAtMost); at += wordBytes)
        words.push_back(call.load(from + at, maxWidth));
  }
  void writeTo(Address to) const {
    for (size_t i = 0; i < words.size(); ++i)
      call.store(to + i * wordBytes, words[i]);
  }

private:
  ModelCall &call;
  std::vector<Value> words;
};

} // namespace

uint32_t familyNumber(const rules::RuleSet &rules, llvm::StringRef family) {
  const rules::FamilyRule *rule = rules.family(family);
  return rule ? uint32_t(rule - rules.families.data()) + 1 : 0;
}

/// Of arrays: all bytes first, so that it is they that are of a usual size rather than the number of elements.
static void settleProduct(ModelCall &call, llvm::ArrayRef<int> factors) {
  const Arithmetic arithmetic(call.machine.pool);
  Value bytes = Value::known(1, maxWidth);
  for (int factor : factors)
    bytes = arithmetic.binary(Op::Mul, bytes, arithmetic.fitted(call.argument(factor), maxWidth));
  call.known(bytes, PickFor::Size);
}

AllocationRequest requestOf(ModelCall &call) {
  AllocationRequest request;
  request.gfp = call.gfp();
  const auto &rule = call.rule.alloc;
  if (!rule)
    return request;
  request.size = rule->size.empty() ? 0 : 1;
  if (rule->size.size() > 1)
    settleProduct(call, rule->size);
  for (int argument : rule->size)
    request.overflows |= __builtin_mul_overflow(request.size, call.size(argument), &request.size);
  if (rule->order != rules::noArgument)
    request.order = unsigned(call.number(rule->order));
  if (rule->cache != rules::noArgument)
    request.cache = call.pointer(rule->cache);
  return request;
}

bool isToFail(ModelCall &call, const AllocationRequest &request, bool fallible) {
  const bool nofail = request.gfp & call.kernel().profile.gfp.nofail;
  return fallible && !nofail && call.unusual(ChoiceKind::Allocation);
}

Address runAllocator(ModelCall &call, bool toFail, llvm::function_ref<Address()> allocate) {
  if (!toFail)
    return allocate();
  EverythingFails failing;
  OracleScope scope(call.system().oracle, failing);
  return allocate();
}

Attempt attempt(ModelCall &call, const AllocationRequest &request, bool fallible,
                llvm::function_ref<Address()> allocate) {
  const bool toFail = isToFail(call, request, fallible);
  return {runAllocator(call, toFail, allocate), toFail};
}

Values allocateBytes(ModelCall &call, const AllocationRequest &request, const Allocator &allocator) {
  auto [address, shouldFail] = attempt(call, request, allocator.fallible, allocator.allocate);
  if (shouldFail && address)
    allocator.undo(std::exchange(address, 0));
  if (address > sim::zeroSizePointer)
    takeBytes(call, address, request.size);
  return allocated(call, request, address);
}

Values reallocateBytes(ModelCall &call, const AllocationRequest &request, const Reallocator &reallocator) {
  const bool isUnknown = hasUnknownOrigin(call, reallocator.old);
  const Contents contents(call, reallocator.old, std::min(request.size, bytesFrom(call, reallocator.old)));
  const Address moved =
      attempt(call, request, reallocator.fallible, isUnknown ? reallocator.allocate : reallocator.reallocate).address;
  if (!moved)
    return allocated(call, request, 0);
  if (moved != reallocator.old) {
    takeBytes(call, moved, request.size);
    contents.writeTo(moved);
    noteFreed(call, reallocator.old);
  }
  return allocated(call, request, moved);
}

uint64_t bytesFrom(const ModelCall &call, Address address) {
  if (const LazyObject *lazy = call.machine.objects.at(address))
    return lazy->base + lazy->size > address ? lazy->base + lazy->size - address : 0;
  const auto known = call.now.allocations.atOrBelow(address);
  return known && address - known->key < known->value.size ? known->value.size - (address - known->key) : 0;
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

void takeBytes(ModelCall &call, Address address, uint64_t size) { call.machine.memory.take(address, size); }

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
