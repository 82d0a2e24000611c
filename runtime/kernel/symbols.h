// Code addresses and what %pS prints for them. Models and drivers have no code in the simulated memory; each function
// that shows in a report as a caller gets an address of its own in the module area when it is first named.
//
// Also who is calling: the function outside the allocators that reports name. Interfaces do not pass _RET_IP_ along;
// CallerScope says it once for everything that a call does.
#pragma once

#include "runtime/kernel/layout.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kmem::sim {

class Symbols {
public:
  /// The same address for the same name: "m_double_kfree [allocprobe]" for a function of a module.
  Address of(std::string_view name);
  /// The name, without an offset; "0x..." when the address is nobody's.
  std::string nameOf(Address address) const;
  /// The same as text that stays; null when the address is nobody's.
  const char *find(Address address) const;

  Address caller() const { return calling; }

private:
  friend class CallerScope;
  std::map<std::string, size_t, std::less<>> numbers;
  std::vector<const std::string *> names; ///< keys of `numbers`
  Address calling = 0;
};

/// While it lives, reports name `function` as the caller of the allocators. Also ends when a Death flies by.
class CallerScope {
public:
  CallerScope(Symbols &symbols, std::string_view function) : symbols(symbols), former(symbols.calling) {
    symbols.calling = symbols.of(function);
  }
  ~CallerScope() { symbols.calling = former; }
  CallerScope(const CallerScope &) = delete;
  CallerScope &operator=(const CallerScope &) = delete;

private:
  Symbols &symbols;
  Address former;
};

} // namespace kmem::sim
