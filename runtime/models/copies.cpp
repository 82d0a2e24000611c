// Allocations that begin as a copy: of memory, of a string, of user memory (mm/util.c), of what a format gives
// (lib/kasprintf.c).
#include "runtime/models/allocations.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/registry.h"
#include "runtime/models/texts.h"

namespace kmem::replay {

namespace {

constexpr uint64_t badAddress = uint64_t(-14); ///< -EFAULT
constexpr uint64_t tooLong = uint64_t(-22);    ///< -EINVAL of strndup_user()

/// The memory of the rule's family that a copy of `size` bytes lies in.
Values allocateFor(ModelCall &call, AllocationRequest request, uint64_t size, bool toFail) {
  request.size = size;
  sim::System &system = call.system();
  const bool isDevices = call.rule.alloc->family == "devm", isEither = call.rule.alloc->family == "kvmalloc";
  if (isDevices)
    request.cache = call.pointer(0);
  const sim::DeviceId device = isDevices ? deviceAt(call, request.cache) : 0;
  const Address address = runAllocator(call, toFail, [&] {
    return isDevices  ? system.devres.kmalloc(device, size, request.gfp)
           : isEither ? system.kvmalloc.kvmalloc(size, request.gfp)
                      : system.kmalloc.kmalloc(size, request.gfp);
  });
  if (address > sim::zeroSizePointer)
    takeBytes(call, address, size);
  return allocated(call, request, address);
}
Values allocateFor(ModelCall &call, uint64_t size) {
  const AllocationRequest request = requestOf(call);
  return allocateFor(call, request, size, isToFail(call, request, size != 0));
}

/// Where the copy is to be made; nothing when there was no memory.
std::optional<Address> placeOf(const ModelCall &call, const Values &results) {
  const Address address = results.empty() ? 0 : results.front().bits();
  const bool failed = address <= sim::zeroSizePointer || sim::isErrorPointer(address);
  return failed ? std::nullopt : std::optional(address);
}

/// Functions of a device have it as first argument.
int source(const ModelCall &call) { return call.rule.alloc->family == "devm" ? 1 : 0; }

Values copyOf(ModelCall &call, Address from, uint64_t size) {
  const Values results = allocateFor(call, size);
  if (const auto to = placeOf(call, results))
    call.machine.memory.copy(*to, from, size);
  return results;
}

/// As copyOf(), and a 0 behind it.
Values textOf(ModelCall &call, Address from, uint64_t length) {
  const Values results = allocateFor(call, length + 1);
  if (const auto to = placeOf(call, results)) {
    call.machine.memory.copy(*to, from, length);
    call.store(*to + length, Value::known(0, 8));
  }
  return results;
}

Values kmemdup(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  return request.overflows ? call.returns(0) : copyOf(call, call.pointer(source(call)), request.size);
}
/// kmemdup_nul(text, length, gfp)
Values kmemdupNul(ModelCall &call) {
  const Address text = call.pointer(0);
  return text ? textOf(call, text, call.size(1)) : call.returns(0);
}
Values kstrdup(ModelCall &call) {
  const Address text = call.pointer(source(call));
  return text ? textOf(call, text, textLength(call, text)) : call.returns(0);
}
/// kstrndup(text, most, gfp)
Values kstrndup(ModelCall &call) {
  const Address text = call.pointer(0);
  return text ? textOf(call, text, textLength(call, text, call.size(1))) : call.returns(0);
}
/// Constants of the image are their own copies.
Values kstrdupConst(ModelCall &call) {
  const Address text = call.pointer(source(call));
  const llvm::GlobalVariable *variable = call.machine.program.layout().variableAt(text);
  return variable && variable->isConstant() ? call.returns(text) : kstrdup(call);
}

Values kasprintf(ModelCall &call) {
  const Values results = allocateFor(call, composedText.size() + 1);
  if (const auto to = placeOf(call, results))
    writeComposedText(call, *to);
  return results;
}

/// memdup_user(from, length): the copy may be anything, or the user's memory is not there.
Values memdupUserWith(ModelCall &call, uint64_t length, bool terminated) {
  const AllocationRequest request = requestOf(call);
  const bool toFail = isToFail(call, request), faults = !toFail && call.unusual(ChoiceKind::UserCopy);
  const Values results = allocateFor(call, request, length + terminated, toFail);
  const auto to = placeOf(call, results);
  if (!to)
    return results;
  call.system().user.copy.copyFromUser(std::span<std::byte>(), 0); // for the checks
  if (faults) {
    call.now.allocations.erase(*to);
    return call.returns(badAddress);
  }
  call.open(*to, length);
  if (terminated)
    call.store(*to + length, Value::known(0, 8));
  return results;
}
Values memdupUser(ModelCall &call) { return memdupUserWith(call, call.size(1), false); }
Values memdupUserNul(ModelCall &call) { return memdupUserWith(call, call.size(1), true); }
/// strndup_user(from, most): a string of some length.
Values strndupUser(ModelCall &call) {
  const uint64_t most = call.size(1);
  return most ? memdupUserWith(call, std::min(most, shortText) - 1, true) : call.returns(tooLong);
}

constexpr ModelRow rows[] = {
    {"kmemdup", kmemdup},        {"kmemdup_nul", kmemdupNul},        {"kstrdup", kstrdup},
    {"kstrndup", kstrndup},      {"kstrdup_const", kstrdupConst},    {"kasprintf", kasprintf},
    {"memdup_user", memdupUser}, {"memdup_user_nul", memdupUserNul}, {"strndup_user", strndupUser},
};

} // namespace

ModelTable copyModels() { return rows; }

} // namespace kmem::replay
