#include "runtime/alloc/devres.h"

#include "runtime/alloc/kmalloc.h"

namespace kmem::sim {

namespace {

constexpr const char *file = "drivers/base/devres.c";
constexpr SiteByRelease freeUnknown = {{"devm_kfree", file, 1073}, {"devm_kfree", file, 1077}};
constexpr SiteByRelease notDynamic = {{"devm_krealloc", file, 889}, {"devm_krealloc", file, 893}};
constexpr SiteByRelease notManaged = {{"devm_krealloc", file, 924}, {"devm_krealloc", file, 928}};
constexpr uint64_t actionSize = 16; // struct action_devres
constexpr int enomem = -12;

} // namespace

Devres::Devres(Kernel &kernel, Kmalloc &kmalloc) : kernel(kernel), allocator(kmalloc) { actions.emplace_back(); }

uint32_t Devres::registerAction(std::function<void(uint64_t)> function) {
  actions.push_back(std::move(function));
  return actions.size() - 1;
}

/// alloc_dr(): the header is cleared, the data only when asked for. 6.12 takes all the class has.
Address Devres::allocateNode(uint64_t size, Gfp gfp) {
  uint64_t total;
  if (__builtin_add_overflow(headerSize, size, &total))
    return 0;
  if (kernel.profile.release.atLeast(6, 12))
    total = allocator.roundUp(total);
  const Address node = allocator.kmalloc(total, gfp);
  if (node && !(gfp & kernel.profile.gfp.zero))
    kernel.memory.fill(node, 0, headerSize);
  return node;
}

uint32_t Devres::add(DeviceId device, Address node, uint64_t size, uint32_t action, uint64_t argument) {
  LockScope lock(kernel, KernelLock::Devres, LockVariant::IrqSave);
  const uint32_t older = current.newest[device];
  const uint32_t added = current.entries.allocate();
  current.entries.write(added) = {device, older, 0, node, size, action, argument};
  if (older)
    current.entries.write(older).previous = added;
  current.newest.write(device) = added;
  ++current.count.write(device);
  if (!action)
    current.byAddress.set(node + headerSize, added);
  return added;
}

uint32_t Devres::find(DeviceId device, Address data) const {
  const uint32_t *entry = current.byAddress.find(data);
  return entry && current.entries[*entry].device == device ? *entry : 0;
}

void Devres::remove(uint32_t which) {
  const Entry entry = current.entries[which];
  if (entry.next)
    current.entries.write(entry.next).previous = entry.previous;
  if (entry.previous)
    current.entries.write(entry.previous).next = entry.next;
  else
    current.newest.write(entry.device) = entry.next;
  --current.count.write(entry.device);
  if (!entry.action)
    current.byAddress.erase(entry.node + headerSize);
  current.entries.free(which);
}

Address Devres::kmalloc(DeviceId device, uint64_t size, Gfp gfp) {
  if (!size)
    return zeroSizePointer;
  const Address node = allocateNode(size, gfp);
  if (!node)
    return 0;
  add(device, node, size, 0, 0);
  return node + headerSize;
}

Address Devres::kzalloc(DeviceId device, uint64_t size, Gfp gfp) {
  return kmalloc(device, size, gfp | kernel.profile.gfp.zero);
}

Address Devres::kcalloc(DeviceId device, uint64_t count, uint64_t size, Gfp gfp) {
  uint64_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? 0 : kzalloc(device, bytes, gfp);
}

Address Devres::kmemdup(DeviceId device, Address from, uint64_t size, Gfp gfp) {
  const Address copy = kmalloc(device, size, gfp);
  if (copy && copy != zeroSizePointer) {
    std::vector<std::byte> content(size);
    kernel.memory.read(from, content);
    kernel.memory.write(copy, content);
  }
  return copy;
}

Address Devres::krealloc(DeviceId device, Address old, uint64_t size, Gfp gfp) {
  const Release &release = kernel.profile.release;
  if (!size) {
    kfree(device, old);
    return zeroSizePointer;
  }
  if (isZeroOrNull(old))
    return kmalloc(device, size, gfp);
  const uint64_t oldTotal = allocator.ksize(old - headerSize);
  if (oldTotal == 0) {
    kernel.console.print("Pointer doesn't point to dynamically allocated memory.");
    kernel.reports.warn(notDynamic.in(release));
    return 0;
  }
  if (size + headerSize <= oldTotal)
    return old;
  const Address node = allocateNode(size, gfp);
  if (!node)
    return 0;
  const uint32_t entry = find(device, old);
  if (!entry) {
    allocator.kfree(node);
    kernel.console.print("Memory chunk not managed or managed by a different device.");
    kernel.reports.warn(notManaged.in(release));
    return 0;
  }
  {
    LockScope lock(kernel, KernelLock::Devres, LockVariant::IrqSave);
    current.byAddress.erase(old);
    current.entries.write(entry).node = node;
    current.entries.write(entry).size = size;
    current.byAddress.set(node + headerSize, entry);
  }
  std::vector<std::byte> content(oldTotal - headerSize);
  kernel.memory.read(old, content);
  kernel.memory.write(node + headerSize, content);
  allocator.kfree(old - headerSize);
  return node + headerSize;
}

void Devres::kfree(DeviceId device, Address address) {
  if (isZeroOrNull(address))
    return;
  uint32_t entry;
  {
    LockScope lock(kernel, KernelLock::Devres, LockVariant::IrqSave);
    entry = find(device, address);
    if (entry)
      remove(entry);
  }
  if (entry)
    allocator.kfree(address - headerSize);
  else
    kernel.reports.warn(freeUnknown.in(kernel.profile.release));
}

int Devres::addAction(DeviceId device, uint32_t action, uint64_t argument) {
  const Address node = allocateNode(actionSize, kernel.profile.gfp.kernel());
  if (!node)
    return enomem;
  add(device, node, actionSize, action, argument);
  return 0;
}

/// Newest first. What an action adds meanwhile stays, as remove_nodes() has taken the list before.
void Devres::releaseAll(DeviceId device) {
  std::vector<Entry> taken;
  {
    LockScope lock(kernel, KernelLock::Devres, LockVariant::IrqSave);
    for (uint32_t entry = current.newest[device]; entry; entry = current.newest[device]) {
      taken.push_back(current.entries[entry]);
      remove(entry);
    }
  }
  for (const Entry &entry : taken) {
    if (entry.action)
      actions[entry.action](entry.argument);
    allocator.kfree(entry.node);
  }
}

uint64_t Devres::resources(DeviceId device) const { return current.count[device]; }

} // namespace kmem::sim
