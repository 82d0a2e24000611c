// Memory that a device's driver core releases (drivers/base/devres.c).
#include "runtime/models/allocations.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

Values allocateWith(ModelCall &call, sim::Gfp added) {
  AllocationRequest request = requestOf(call);
  request.cache = call.pointer(0);
  if (request.overflows)
    return call.returns(0);
  const sim::DeviceId device = deviceAt(call, request.cache);
  sim::Devres &devres = call.system().devres;
  return allocateBytes(call, request,
                       {.fallible = request.size && request.size <= sim::kmallocMaxSize,
                        .allocate = [&] { return devres.kmalloc(device, request.size, request.gfp | added); },
                        .undo = [&](Address memory) { devres.kfree(device, memory); }});
}
Values allocate(ModelCall &call) { return allocateWith(call, 0); }
Values zallocate(ModelCall &call) { return allocateWith(call, call.kernel().profile.gfp.zero); }

/// devm_krealloc(device, old, size, gfp)
Values reallocate(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  request.cache = call.pointer(0);
  const Address old = call.pointer(1);
  if (request.overflows)
    return call.returns(0);
  if (sim::isZeroOrNull(old) || !request.size)
    return allocateWith(call, 0);
  const sim::DeviceId device = deviceAt(call, request.cache);
  sim::Devres &devres = call.system().devres;
  return reallocateBytes(call, request,
                         {.old = old,
                          .fallible = request.size <= sim::kmallocMaxSize,
                          .reallocate = [&] { return devres.krealloc(device, old, request.size, request.gfp); },
                          .allocate = [&] { return devres.kmalloc(device, request.size, request.gfp); }});
}

/// devm_kfree(device, memory)
Values free(ModelCall &call) {
  const Address device = call.pointer(0), memory = call.pointer(1);
  if (!sim::isZeroOrNull(memory))
    releaseAt(call, memory, [&] { call.system().devres.kfree(deviceAt(call, device), memory); });
  return call.nothing();
}

constexpr ModelRow rows[] = {
    {"devm_kmalloc", allocate},
    {"devm_kzalloc", zallocate},
    {"devm_krealloc", reallocate},
    {"devm_kfree", free},
};

} // namespace

ModelTable devresModels() { return rows; }

} // namespace kmem::replay
