// kmem/sim.h and kmem/native.h: user memory and the kernel's access to it.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

using namespace kmem::sim;

namespace {

bool isSpace(const kmem_sim *machine, kmem_space_id space) {
  return machine && machine->system.user.spaces.exists(space);
}
std::span<std::byte> bytes(void *memory, size_t size) { return {static_cast<std::byte *>(memory), size}; }
std::span<const std::byte> bytes(const void *memory, size_t size) {
  return {static_cast<const std::byte *>(memory), size};
}

} // namespace

extern "C" {

kmem_status kmem_sim_user_create(kmem_sim *machine, kmem_space_id *space) {
  return onMachine(machine, [&](System &system) { give(space, system.user.spaces.create()); });
}
kmem_status kmem_sim_user_exit(kmem_sim *machine, kmem_space_id space) {
  if (!isSpace(machine, space))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.user.spaces.exit(space); });
}
kmem_status kmem_sim_user_map(kmem_sim *machine, kmem_space_id space, uint64_t length, int64_t *result) {
  if (!isSpace(machine, space))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    give(result, system.user.mappings.mmap(
                     space, {.length = length, .prot = ProtRead | ProtWrite, .flags = MapPrivate | MapAnonymous}));
  });
}
kmem_status kmem_sim_user_unmap(kmem_sim *machine, kmem_space_id space, uint64_t address, uint64_t length,
                                int64_t *result) {
  if (!isSpace(machine, space))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(result, system.user.mappings.munmap(space, address, length)); });
}
kmem_status kmem_sim_user_read(kmem_sim *machine, kmem_space_id space, uint64_t from, void *to, size_t size,
                               int *done) {
  if (!isSpace(machine, space) || (!to && size))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(done, system.user.faults.read(space, from, bytes(to, size)).ok()); });
}
kmem_status kmem_sim_user_write(kmem_sim *machine, kmem_space_id space, uint64_t to, const void *from, size_t size,
                                int *done) {
  if (!isSpace(machine, space) || (!from && size))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { give(done, system.user.faults.write(space, to, bytes(from, size)).ok()); });
}
kmem_status kmem_sim_user_use(kmem_sim *machine, kmem_space_id space) {
  if (!isSpace(machine, space))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.user.spaces.use(space); });
}
kmem_status kmem_sim_copy_from_user(kmem_sim *machine, void *to, uint64_t from, size_t size, uint64_t *left) {
  if (!to && size)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { give(left, system.user.copy.copyFromUser(bytes(to, size), from)); });
}
kmem_status kmem_sim_copy_to_user(kmem_sim *machine, uint64_t to, const void *from, size_t size, uint64_t *left) {
  if (!from && size)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { give(left, system.user.copy.copyToUser(to, bytes(from, size))); });
}

size_t kmem_native_copy_to_user(uint64_t to, const void *from, size_t size) {
  return inKernel("copy_to_user", [&](kmem_sim &machine) {
    return size_t(machine.system.user.copy.copyToUser(to, bytes(from, size)));
  });
}
size_t kmem_native_copy_from_user(void *to, uint64_t from, size_t size) {
  return inKernel("copy_from_user", [&](kmem_sim &machine) {
    return size_t(machine.system.user.copy.copyFromUser(bytes(to, size), from));
  });
}
size_t kmem_native_clear_user(uint64_t to, size_t size) {
  return inKernel("clear_user",
                  [&](kmem_sim &machine) { return size_t(machine.system.user.copy.clearUser(to, size)); });
}

} // extern "C"
