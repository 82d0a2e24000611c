// Registers of devices (include/asm-generic/io.h): every read gives anything, every write is forgotten.
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

Values read(ModelCall &call) { return call.returnsFresh(); }
Values write(ModelCall &call) { return call.nothing(); }

/// memcpy_fromio(to, registers, size)
Values copyFrom(ModelCall &call) {
  const Address to = call.pointer(0);
  call.open(to, call.size(2));
  return call.nothing();
}

/// pci_read_config_dword(device, where, &value) and functions like it: 0, or an error.
Values readThroughPointer(ModelCall &call) {
  call.openPointee(call.rule.sources.empty() ? 2 : call.rule.sources.front().pointee);
  return call.returnsFresh();
}

constexpr ModelRow rows[] = {
    {"device_read", read},
    {"device_write", write},
    {"device_copy", copyFrom},
    {"device_read_through", readThroughPointer},
};

} // namespace

ModelTable deviceRegisterModels() { return rows; }

} // namespace kmem::replay
