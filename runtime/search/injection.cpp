#include "runtime/search/injection.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <limits>

namespace kmem::replay {

static constexpr llvm::StringLiteral slabName("failslab"), pageName("fail_page_alloc"), copyName("fail_usercopy");

void Injection::arm(sim::KernelFaults &faults) const {
  if (slab)
    faults.failslab() = *slab;
  if (page)
    faults.failPageAlloc() = *page;
  if (copy)
    faults.failUserCopy() = *copy;
}

unsigned InjectedChooser::choose(ChoiceKind kind, std::string_view what, unsigned count) {
  if (!injection.decides(kind))
    return inner.choose(kind, what, count);
  if (kind == ChoiceKind::Allocation)
    return 0;
  return system.oracle.decide({.point = sim::DecisionPoint::UserCopy, .size = 1});
}

namespace {
/// The parameters of one capability, "interval=3,times=-1".
class Parameters {
public:
  explicit Parameters(llvm::StringRef capability) : capability(capability) {}

  llvm::Error read(llvm::StringRef text) {
    llvm::SmallVector<llvm::StringRef> parts;
    text.split(parts, ',', -1, /*KeepEmpty=*/false);
    for (llvm::StringRef part : parts)
      if (llvm::Error error = readOne(part.split('=').first, part.split('=').second))
        return error;
    if (parts.empty())
      return problem("says nothing of what is to fail, such as nth=1");
    // FAULT_ATTR_INITIALIZER has probability 0, at which nothing ever fails.
    if (!given("probability"))
      attr.probability = 100;
    return llvm::Error::success();
  }

  sim::FailSlab slab() const { return {attr, flag("ignore-gfp-wait"), false}; }
  sim::FailPageAlloc page() const {
    return {attr, flag("ignore-gfp-highmem"), flag("ignore-gfp-wait"),
            given("min-order") ? minOrder
            : given("nth")     ? 0
                               : sim::FailPageAlloc().minOrder};
  }
  sim::FailUserCopy copy() const { return {attr}; }

private:
  llvm::Error problem(const llvm::Twine &what) const {
    return llvm::createStringError("--inject: " + capability + " " + what);
  }
  bool given(llvm::StringRef key) const { return llvm::is_contained(keys, key); }
  /// The kernel's filters are on unless something is counted out by hand.
  bool flag(llvm::StringRef key) const {
    if (!given(key))
      return !given("nth");
    return key == "ignore-gfp-wait" ? ignoreWait : ignoreHighmem;
  }

  template <typename Number>
  llvm::Error number(llvm::StringRef key, llvm::StringRef text, int64_t least, int64_t most, Number &value) {
    int64_t parsed = 0;
    if (text.getAsInteger(10, parsed) || parsed < least || parsed > most)
      return problem(key + "=" + text + ": expected a number from " + llvm::Twine(least) + " to " + llvm::Twine(most));
    value = Number(parsed);
    return llvm::Error::success();
  }

  llvm::Error readOne(llvm::StringRef key, llvm::StringRef text) {
    static constexpr int64_t most = std::numeric_limits<int32_t>::max();
    const bool wasGiven = given(key);
    keys.push_back(key);
    if (wasGiven)
      return problem("has " + key + " twice");
    if (key == "nth") {
      attr.times = given("times") ? attr.times : 1;
      return number(key, text, 1, most, attr.interval);
    }
    if (key == "interval")
      return number(key, text, 1, most, attr.interval);
    if (key == "times")
      return number(key, text, -1, most, attr.times);
    if (key == "probability")
      return number(key, text, 0, 100, attr.probability);
    if (key == "space")
      return number(key, text, 0, most, attr.space);
    if (key == "ignore-gfp-wait" && capability != copyName)
      return number(key, text, 0, 1, ignoreWait);
    if (key == "ignore-gfp-highmem" && capability == pageName)
      return number(key, text, 0, 1, ignoreHighmem);
    if (key == "min-order" && capability == pageName)
      return number(key, text, 0, sim::maxPageOrder, minOrder);
    return problem("has no parameter '" + key + "'");
  }

  const llvm::StringRef capability;
  sim::FaultAttr attr;
  llvm::SmallVector<llvm::StringRef> keys;
  bool ignoreWait = true, ignoreHighmem = true;
  uint32_t minOrder = 0;
};
} // namespace

llvm::Expected<Injection> parseInjection(llvm::StringRef text) {
  Injection injection;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ';', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    auto [name, values] = part.split(':');
    if (name != slabName && name != pageName && name != copyName)
      return llvm::createStringError("--inject: unknown capability '" + name + "'; there are " + slabName + ", " +
                                     pageName + " and " + copyName);
    Parameters parameters(name);
    if (llvm::Error error = parameters.read(values))
      return std::move(error);
    if (name == slabName)
      injection.slab = parameters.slab();
    else if (name == pageName)
      injection.page = parameters.page();
    else
      injection.copy = parameters.copy();
  }
  return injection;
}

} // namespace kmem::replay
