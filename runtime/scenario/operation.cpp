#include "runtime/scenario/operation.h"

#include "runtime/scenario/experiment.h"

namespace kmem::sim {

namespace {

template <typename T> const T *find(const std::map<std::string, ArgumentValue> &arguments, llvm::StringRef name) {
  const auto found = arguments.find(name.str());
  return found == arguments.end() ? nullptr : std::get_if<T>(&found->second);
}

} // namespace

llvm::StringRef nameOf(ValueKind kind) {
  switch (kind) {
  case ValueKind::None:
    return "nothing";
  case ValueKind::Pointer:
    return "pointer";
  case ValueKind::Page:
    return "page";
  case ValueKind::Cache:
    return "cache";
  case ValueKind::Percpu:
    return "percpu pointer";
  case ValueKind::Mempool:
    return "mempool";
  case ValueKind::Device:
    return "device";
  case ValueKind::DmaPool:
    return "dma pool";
  case ValueKind::Coherent:
    return "coherent memory";
  case ValueKind::AddressSpace:
    return "address space";
  case ValueKind::File:
    return "file";
  case ValueKind::Snapshot:
    return "snapshot";
  }
  return "";
}

uint64_t Step::number(llvm::StringRef name, uint64_t absent) const {
  const auto *value = find<uint64_t>(arguments, name);
  return value ? *value : absent;
}

std::string Step::text(llvm::StringRef name, llvm::StringRef absent) const {
  const auto *value = find<std::string>(arguments, name);
  return value ? *value : absent.str();
}

NamedValue Step::named(llvm::StringRef name) const {
  const auto *value = find<NamedValue>(arguments, name);
  return value ? *value : NamedValue{};
}

std::vector<NamedValue> Step::namedList(llvm::StringRef name) const {
  const auto *value = find<std::vector<NamedValue>>(arguments, name);
  return value ? *value : std::vector<NamedValue>{};
}

void Step::produce(NamedValue value) {
  made = value;
  if (!result.get("result"))
    say(value.value ? nameOf(value.kind) : "NULL");
}

void Step::producePointer(Address address, uint64_t size) {
  made = NamedValue{ValueKind::Pointer, address, size};
  say(address == 0                 ? "NULL"
      : address == zeroSizePointer ? "ZERO_SIZE_PTR"
      : isErrorPointer(address)    ? "ERR_PTR"
                                   : "ptr");
  if (address && !isErrorPointer(address))
    describeAddress(system, address, size, result);
}

} // namespace kmem::sim
