#include "runtime/kernel/symbols.h"

#include <cinttypes>
#include <cstdio>

namespace kmem::sim {

namespace {

constexpr Address firstFunction = modulesStart + 0x100; // behind the page's header, as a module's text begins
constexpr uint64_t functionSize = 16;

} // namespace

Address Symbols::of(std::string_view name) {
  auto found = numbers.find(name);
  if (found == numbers.end()) {
    found = numbers.emplace(std::string(name), names.size()).first;
    names.push_back(&found->first);
  }
  return firstFunction + found->second * functionSize;
}

const char *Symbols::find(Address address) const {
  const uint64_t number = (address - firstFunction) / functionSize;
  return address >= firstFunction && number < names.size() ? names[number]->c_str() : nullptr;
}

std::string Symbols::nameOf(Address address) const {
  if (const char *name = find(address))
    return name;
  char text[20];
  snprintf(text, sizeof(text), "0x%" PRIx64, address);
  return text;
}

} // namespace kmem::sim
