// How the kernel reads and writes user memory (include/linux/uaccess.h, arch/x86/lib, lib/strncpy_from_user.c): checks
// the address, may fault and sleep, and when a fault cannot be served returns through the exception table with what is
// left. Works on the address space of the running task. The fault oracle may say that a copy fails (fail_usercopy) or
// that a page is not to be had.
#pragma once

#include "runtime/kernel/code_site.h"
#include "runtime/user/faults.h"

namespace kmem::sim {

class UserCopy {
public:
  UserCopy(UserParts &parts, Faults &faults) : parts(parts), faults(faults) {}

  /// access_ok(): whether all of it lies in the user half, mapped or not.
  bool accessOk(Address address, uint64_t size) const;

  // Bytes that could not be copied; copy_from_user() clears what it did not fill.
  uint64_t copyFromUser(std::span<std::byte> to, Address from);
  uint64_t copyToUser(Address to, std::span<const std::byte> from);
  uint64_t clearUser(Address to, uint64_t size);
  /// The same between kernel addresses and user addresses.
  uint64_t copyFromUser(Address to, Address from, uint64_t size);
  uint64_t copyToUser(Address to, Address from, uint64_t size);
  /// __copy_from_user_inatomic() and its sibling: no sleeping and no access_ok(); the caller disables page faults.
  uint64_t copyFromUserInatomic(std::span<std::byte> to, Address from);
  uint64_t copyToUserInatomic(Address to, std::span<const std::byte> from);

  // 0 or -EFAULT.
  SysResult copyFromUserNofault(std::span<std::byte> to, Address from);
  SysResult copyToUserNofault(Address to, std::span<const std::byte> from);

  /// get_user(): 1, 2, 4 or 8 bytes; `value` is 0 after -EFAULT. `caller` is what a report names, as these are macros.
  SysResult getUser(uint64_t &value, Address from, unsigned size, const CodeSite &caller);
  SysResult putUser(uint64_t value, Address to, unsigned size, const CodeSite &caller);

  /// strncpy_from_user(): the length without the NUL, the size of `to` when there was none, or -EFAULT.
  SysResult copyStringFromUser(std::span<std::byte> to, Address from);
  /// strnlen_user(): with the NUL; more than `most` when there is none; 0 for a fault.
  uint64_t stringLength(Address from, uint64_t most);
  /// fault_in_readable() and fault_in_writeable(): bytes that are not there.
  uint64_t faultIn(Address address, uint64_t size, AccessKind kind);

  // pagefault_disable() and pagefault_enable(): faults on user memory go to the exception table meanwhile.
  void disableFaults();
  void enableFaults();
  bool faultsDisabled() const;

private:
  void mightFault(const CodeSite &site);
  bool shouldFail(uint64_t size);
  /// The page behind a user address, faulting it in if that may be done here; nothing is the exception table's case.
  std::optional<Pfn> reach(Address address, AccessKind kind);
  uint64_t rawCopyFromUser(std::span<std::byte> to, Address from);
  uint64_t rawCopyToUser(Address to, std::span<const std::byte> from);

  UserParts &parts;
  Faults &faults;
};

} // namespace kmem::sim
