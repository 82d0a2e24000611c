// What has no effect on a run: messages, delays, annotations. Their text is not composed.
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

/// With a result that nobody knows, if anybody looks at it.
Values noEffect(ModelCall &call) {
  const bool isUsed = call.site.call && !call.site.call->use_empty();
  return isUsed ? call.returnsFresh() : call.nothing();
}
Values isZero(ModelCall &call) { return call.returns(0); }
Values isOne(ModelCall &call) { return call.returns(1); }

constexpr ModelRow rows[] = {{"no_effect", noEffect}, {"zero", isZero}, {"one", isOne}};

} // namespace

ModelTable messageModels() { return rows; }

} // namespace kmem::replay
