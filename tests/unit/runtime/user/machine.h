// A machine with user memory and nothing else above the page allocator, for the tests here.
#pragma once

#include "runtime/alloc/page_allocator_state.h"
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/locks_state.h"
#include "runtime/user/user_memory.h"

#include <set>
#include <string>

namespace kmem::sim {

/// Says no, until told when to say yes.
class ScriptedOracle : public Oracle {
public:
  bool decide(const Question &question) override {
    if (question.point != point || countdown == 0)
      return false;
    return --countdown == 0;
  }
  /// The n-th question of this kind from now on is answered with yes.
  void failNth(DecisionPoint newPoint, unsigned n) {
    point = newPoint;
    countdown = n;
  }

private:
  DecisionPoint point = DecisionPoint::UserCopy;
  unsigned countdown = 0;
};

struct Machine {
  explicit Machine(const char *profile = "612dbg") : Machine(*profileNamed(profile)) {}
  explicit Machine(const Profile &profile) : kernel(profile), pages(kernel, oracle), user(kernel, pages, oracle) {}

  Kernel kernel;
  ScriptedOracle oracle;
  PageAllocator pages;
  UserMemory user;

  Address map(MmId mm, uint64_t length, uint32_t prot = ProtRead | ProtWrite, uint32_t flags = MapPrivate,
              Address at = 0) {
    return Address(user.mappings.mmap(
        mm, {.address = at, .length = length, .prot = prot, .flags = flags | uint32_t(MapAnonymous)}));
  }
  Address mapFile(MmId mm, FileId file, uint64_t length, uint32_t prot, uint32_t flags, uint64_t offset = 0) {
    return Address(
        user.mappings.mmap(mm, {.length = length, .prot = prot, .flags = flags, .file = file, .offset = offset}));
  }
  FaultResult touch(MmId mm, Address address, bool write = true) {
    std::byte byte{1};
    return write ? user.faults.write(mm, address, {&byte, 1}).last : user.faults.read(mm, address, {&byte, 1}).last;
  }
  uint8_t byteAt(MmId mm, Address address) {
    std::byte byte{};
    user.faults.read(mm, address, {&byte, 1});
    return uint8_t(byte);
  }
  void setByte(MmId mm, Address address, uint8_t value) {
    const std::byte byte{value};
    user.faults.write(mm, address, {&byte, 1});
  }
  uint64_t freePages() {
    pages.drainAll();
    return pages.freePageCount();
  }

  struct Snapshot {
    Memory::State memory;
    PageAllocator::State pages;
    UserMemory::State user;
    Context::State context;
    Locks::State locks;
  };
  Snapshot snapshot() const {
    return {kernel.memory.state(), pages.state(), user.state(), kernel.context.state(), kernel.locks.state()};
  }
  void restore(const Snapshot &from) {
    kernel.memory.restore(from.memory);
    pages.restore(from.pages);
    user.restore(from.user);
    kernel.context.restore(from.context);
    kernel.locks.restore(from.locks);
  }
};

} // namespace kmem::sim
