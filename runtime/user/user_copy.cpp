#include "runtime/user/user_copy.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kmem::sim {

namespace {

constexpr SiteByRelease copyFromSite{{"_copy_from_user", "lib/usercopy.c", 14},
                                     {"_copy_from_user", "include/linux/uaccess.h", 162}};
constexpr SiteByRelease copyToSite{{"_copy_to_user", "lib/usercopy.c", 36},
                                   {"_copy_to_user", "include/linux/uaccess.h", 192}};
constexpr SiteByRelease clearSite{{"__clear_user", "arch/x86/include/asm/uaccess_64.h", 96},
                                  {"__clear_user", "arch/x86/include/asm/uaccess_64.h", 183}};
constexpr CodeSite stringSite{"strncpy_from_user", "lib/strncpy_from_user.c", 117};

} // namespace

bool UserCopy::accessOk(Address address, uint64_t size) const { return size <= userEnd && address <= userEnd - size; }

void UserCopy::mightFault(const CodeSite &site) { parts.kernel.context.mightFault(site); }

bool UserCopy::shouldFail(uint64_t size) {
  return parts.oracle.decide({.point = DecisionPoint::UserCopy, .size = size});
}

void UserCopy::disableFaults() { ++parts.kernel.context.taskForWrite().pagefaultDisabled; }
void UserCopy::enableFaults() { --parts.kernel.context.taskForWrite().pagefaultDisabled; }
bool UserCopy::faultsDisabled() const { return parts.kernel.context.task().pagefaultDisabled > 0; }

/// do_user_addr_fault() for a kernel access between stac() and clac().
std::optional<Pfn> UserCopy::reach(Address address, AccessKind kind) {
  const MmId mm = parts.kernel.context.task().addressSpace;
  if (!mm || address >= userEnd)
    return std::nullopt;
  if (const auto page = faults.access(mm, address, kind))
    return page;
  if (faultsDisabled() || parts.kernel.context.inAtomic()) // faulthandler_disabled()
    return std::nullopt;
  if (parts.oracle.decide({.point = DecisionPoint::PageFault, .size = pageSize}))
    return std::nullopt;
  if (!faults.handle(mm, address, kind).ok())
    return std::nullopt;
  if (const auto page = faults.access(mm, address, kind))
    return page;
  // A write that first brought the page back from swap, then has to copy it.
  return faults.handle(mm, address, kind).ok() ? faults.access(mm, address, kind) : std::nullopt;
}

uint64_t UserCopy::rawCopyFromUser(std::span<std::byte> to, Address from) {
  while (!to.empty()) {
    const auto page = reach(from, AccessKind::Read);
    if (!page)
      break;
    const uint64_t within = from & ~pageMask, count = std::min(to.size(), size_t(pageSize - within));
    std::memcpy(to.data(), parts.kernel.memory.frame(*page) + within, count);
    to = to.subspan(count);
    from += count;
  }
  return to.size();
}

uint64_t UserCopy::rawCopyToUser(Address to, std::span<const std::byte> from) {
  while (!from.empty()) {
    const auto page = reach(to, AccessKind::Write);
    if (!page)
      break;
    const uint64_t within = to & ~pageMask, count = std::min(from.size(), size_t(pageSize - within));
    std::memcpy(parts.kernel.memory.frameForWrite(*page) + within, from.data(), count);
    from = from.subspan(count);
    to += count;
  }
  return from.size();
}

uint64_t UserCopy::copyFromUser(std::span<std::byte> to, Address from) {
  mightFault(copyFromSite.in(parts.kernel.profile.release));
  uint64_t left = to.size();
  if (!shouldFail(to.size()) && accessOk(from, to.size()))
    left = rawCopyFromUser(to, from);
  std::fill(to.end() - int64_t(left), to.end(), std::byte(0));
  return left;
}

uint64_t UserCopy::copyToUser(Address to, std::span<const std::byte> from) {
  mightFault(copyToSite.in(parts.kernel.profile.release));
  if (shouldFail(from.size()) || !accessOk(to, from.size()))
    return from.size();
  return rawCopyToUser(to, from);
}

uint64_t UserCopy::copyFromUser(Address to, Address from, uint64_t size) {
  const CodeSite &site = copyFromSite.in(parts.kernel.profile.release);
  mightFault(site);
  uint64_t left = size;
  std::byte bytes[pageSize];
  if (!shouldFail(size) && accessOk(from, size)) {
    parts.kernel.memory.checkAccess(to, size, AccessKind::Write, site);
    while (left) {
      const std::span<std::byte> chunk(bytes, std::min(left, pageSize));
      const uint64_t missed = rawCopyFromUser(chunk, from + (size - left)), got = chunk.size() - missed;
      parts.kernel.memory.write(to + (size - left), chunk.first(got), site);
      left -= got;
      if (missed)
        break;
    }
  }
  if (left)
    parts.kernel.memory.fill(to + (size - left), 0, left, site);
  return left;
}

uint64_t UserCopy::copyToUser(Address to, Address from, uint64_t size) {
  const CodeSite &site = copyToSite.in(parts.kernel.profile.release);
  mightFault(site);
  if (shouldFail(size) || !accessOk(to, size))
    return size;
  parts.kernel.memory.checkAccess(from, size, AccessKind::Read, site);
  std::byte bytes[pageSize];
  uint64_t left = size;
  while (left) {
    const std::span<std::byte> chunk(bytes, std::min(left, pageSize));
    parts.kernel.memory.read(from + (size - left), chunk, site);
    const uint64_t missed = rawCopyToUser(to + (size - left), chunk);
    left -= chunk.size() - missed;
    if (missed)
      break;
  }
  return left;
}

uint64_t UserCopy::clearUser(Address to, uint64_t size) {
  if (!accessOk(to, size))
    return size;
  mightFault(clearSite.in(parts.kernel.profile.release));
  const std::byte zeros[pageSize] = {};
  for (uint64_t left = size; left;) {
    const uint64_t count = std::min(left, pageSize), missed = rawCopyToUser(to, {zeros, count});
    if (missed)
      return left - (count - missed);
    left -= count;
    to += count;
  }
  return 0;
}

uint64_t UserCopy::copyFromUserInatomic(std::span<std::byte> to, Address from) { return rawCopyFromUser(to, from); }
uint64_t UserCopy::copyToUserInatomic(Address to, std::span<const std::byte> from) { return rawCopyToUser(to, from); }

SysResult UserCopy::copyFromUserNofault(std::span<std::byte> to, Address from) {
  if (!accessOk(from, to.size()))
    return -EFAULT;
  disableFaults();
  const uint64_t left = rawCopyFromUser(to, from);
  enableFaults();
  return left ? -EFAULT : 0;
}

SysResult UserCopy::copyToUserNofault(Address to, std::span<const std::byte> from) {
  if (!accessOk(to, from.size()))
    return -EFAULT;
  disableFaults();
  const uint64_t left = rawCopyToUser(to, from);
  enableFaults();
  return left ? -EFAULT : 0;
}

SysResult UserCopy::getUser(uint64_t &value, Address from, unsigned size, const CodeSite &caller) {
  mightFault(caller);
  value = 0;
  std::byte bytes[sizeof(value)] = {};
  if (!accessOk(from, size) || rawCopyFromUser({bytes, size}, from))
    return -EFAULT;
  std::memcpy(&value, bytes, sizeof(value));
  return 0;
}

SysResult UserCopy::putUser(uint64_t value, Address to, unsigned size, const CodeSite &caller) {
  mightFault(caller);
  const auto bytes = std::as_bytes(std::span(&value, 1)).first(size);
  return !accessOk(to, size) || rawCopyToUser(to, bytes) ? -EFAULT : 0;
}

SysResult UserCopy::copyStringFromUser(std::span<std::byte> to, Address from) {
  mightFault(stringSite);
  if (shouldFail(to.size()))
    return -EFAULT;
  if (to.empty())
    return 0;
  if (from >= userEnd)
    return -EFAULT;
  for (uint64_t length = 0; length < to.size(); ++length) {
    if (rawCopyFromUser(to.subspan(length, 1), from + length))
      return -EFAULT;
    if (to[length] == std::byte(0))
      return SysResult(length);
  }
  return SysResult(to.size());
}

uint64_t UserCopy::stringLength(Address from, uint64_t most) {
  for (uint64_t length = 0; length < most; ++length) {
    std::byte letter;
    if (rawCopyFromUser({&letter, 1}, from + length))
      return 0;
    if (letter == std::byte(0))
      return length + 1;
  }
  return most + 1;
}

uint64_t UserCopy::faultIn(Address address, uint64_t size, AccessKind kind) {
  for (uint64_t done = 0; done < size;) {
    if (!reach(address + done, kind))
      return size - done;
    done += pageSize - ((address + done) & ~pageMask);
  }
  return 0;
}

} // namespace kmem::sim
