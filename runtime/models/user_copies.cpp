// Access to user memory (include/linux/uaccess.h, lib/usercopy.c, lib/strncpy_from_user.c): the checks of the call,
// then all of it is copied, or nothing. What users have there may be anything.
#include "runtime/models/registry.h"
#include "runtime/models/texts.h"

namespace kmem::replay {

namespace {

constexpr uint64_t badAddress = uint64_t(-14); ///< -EFAULT

/// copy_from_user(to, from, size): the bytes that were not copied.
Values copyFromWith(ModelCall &call, bool checks) {
  const Address to = call.pointer(0);
  const uint64_t size = call.size(2);
  const bool faults = size && call.unusual(ChoiceKind::UserCopy);
  if (checks)
    call.system().user.copy.copyFromUser(std::span<std::byte>(), 0);
  if (faults)
    call.machine.memory.fill(to, Value::known(0, 8), size); // what could not be copied is cleared
  else
    call.open(to, size);
  return call.returns(faults ? size : 0);
}
Values copyFrom(ModelCall &call) { return copyFromWith(call, true); }
Values copyFromInatomic(ModelCall &call) { return copyFromWith(call, false); }

/// copy_to_user(to, from, size)
Values copyToWith(ModelCall &call, bool checks) {
  const uint64_t size = call.size(2);
  const bool faults = size && call.unusual(ChoiceKind::UserCopy);
  if (checks)
    call.system().user.copy.copyToUser(0, std::span<const std::byte>());
  return call.returns(faults ? size : 0);
}
Values copyTo(ModelCall &call) { return copyToWith(call, true); }
Values copyToInatomic(ModelCall &call) { return copyToWith(call, false); }

/// copy_from_user_nofault(to, from, size): 0 or an error.
Values copyFromNofault(ModelCall &call) {
  const Address to = call.pointer(0);
  const uint64_t size = call.size(2);
  if (call.unusual(ChoiceKind::UserCopy))
    return call.returns(badAddress);
  call.open(to, size);
  return call.returns(0);
}
Values copyToNofault(ModelCall &call) { return call.returns(call.unusual(ChoiceKind::UserCopy) ? badAddress : 0); }

/// clear_user(to, size)
Values clear(ModelCall &call) {
  const uint64_t size = call.size(1);
  const bool faults = size && call.unusual(ChoiceKind::UserCopy);
  call.system().user.copy.clearUser(0, 0);
  return call.returns(faults ? size : 0);
}

/// strncpy_from_user(to, from, room): a short string of any letters.
Values copyString(ModelCall &call) {
  const Address to = call.pointer(0);
  const uint64_t room = call.size(2);
  const bool faults = call.unusual(ChoiceKind::UserCopy);
  call.system().user.copy.copyStringFromUser(std::span<std::byte>(), 0);
  if (faults || !room)
    return call.returns(faults ? badAddress : 0);
  call.simplified("a short string");
  const uint64_t length = std::min(room, shortText) - 1;
  call.open(to, length);
  call.store(to + length, Value::known(0, 8));
  return call.returns(length);
}

constexpr ModelRow rows[] = {
    {"copy_from_user", copyFrom},
    {"copy_from_user_inatomic", copyFromInatomic},
    {"copy_from_user_nofault", copyFromNofault},
    {"copy_to_user", copyTo},
    {"copy_to_user_inatomic", copyToInatomic},
    {"copy_to_user_nofault", copyToNofault},
    {"clear_user", clear},
    {"strncpy_from_user", copyString},
};

} // namespace

ModelTable userCopyModels() { return rows; }

} // namespace kmem::replay
