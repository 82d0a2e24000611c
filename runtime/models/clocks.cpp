// Clocks (kernel/time/): they go forward by any amount between two looks.
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

constexpr unsigned stepWidth = 32; ///< of nanoseconds: up to 4 seconds

/// Nanoseconds since boot.
Value nanosecondsNow(ModelCall &call) {
  TermPool &pool = call.machine.pool;
  const TermRef step = pool.zext(call.fresh(stepWidth, " step").asTerm(pool), maxWidth);
  call.now.nanoseconds = Value::symbolic(pool, pool.binary(Op::Add, call.now.nanoseconds.asTerm(pool), step));
  const TermRef base = pool.constant(call.context().nanoseconds(), maxWidth);
  return Value::symbolic(pool, pool.binary(Op::Add, base, call.now.nanoseconds.asTerm(pool)));
}
Values nanoseconds(ModelCall &call) { return call.returns(nanosecondsNow(call)); }

/// ktime_get_ts64(&time) and its like write what nobody knows.
Values throughPointer(ModelCall &call) {
  call.openPointee(0);
  return call.nothing();
}

constexpr ModelRow rows[] = {{"ktime_get", nanoseconds}, {"ktime_get_through", throughPointer}};

} // namespace

ModelTable clockModels() { return rows; }

} // namespace kmem::replay
