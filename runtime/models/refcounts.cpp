// What an unsound reference count says (lib/refcount.c).
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

constexpr unsigned countWidth = 32;
constexpr uint64_t saturated = 0xc0000000; ///< REFCOUNT_SATURATED
/// By enum refcount_saturation_type (include/linux/refcount.h).
constexpr const char *sayings[] = {"saturated; leaking memory", "saturated; leaking memory",
                                   "addition on 0; use-after-free", "underflow; use-after-free",
                                   "decrement hit 0; leaking memory"};
constexpr unsigned firstLine = 19, linesApart = 3; ///< of the cases in refcount_warn_saturate()

/// refcount_warn_saturate(count, type)
Values warnSaturate(ModelCall &call) {
  const uint64_t type = std::min<uint64_t>(call.number(1), std::size(sayings) - 1);
  call.store(call.pointer(0), Value::known(saturated, countWidth));
  const sim::CodeSite site{"refcount_warn_saturate", "lib/refcount.c", unsigned(firstLine + linesApart * type)};
  if (call.kernel().reports.firstTime(site)) {
    call.kernel().console.print(std::string("refcount_t: ") + sayings[type] + ".");
    call.kernel().reports.warn(site);
  }
  return call.nothing();
}

constexpr ModelRow rows[] = {{"refcount_warn_saturate", warnSaturate}};

} // namespace

ModelTable refcountModels() { return rows; }

} // namespace kmem::replay
