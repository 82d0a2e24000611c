// Memory as bytes (lib/string.c, arch/x86/lib/mem*.S), which may be terms.
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

constexpr unsigned byteWidth = 8;
constexpr uint64_t comparedAtMost = 4096;

/// memcpy(to, from, size) and memmove(): copies do not mind overlap.
Values copy(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  const uint64_t size = call.size(2);
  if (size)
    call.machine.memory.copy(to, from, size);
  return call.returns(to);
}

Values fillWith(ModelCall &call, Address to, const Value &byte, uint64_t size) {
  if (size)
    call.machine.memory.fill(to, byte, size);
  return call.returns(to);
}
/// memset(to, byte, size)
Values fill(ModelCall &call) {
  const Address to = call.pointer(0);
  const Value &value = call.argument(1);
  TermPool &pool = call.machine.pool;
  const Value byte = value.isKnown() ? Value::known(value.bits(), byteWidth)
                                     : Value::symbolic(pool, pool.extract(value.asTerm(pool), 0, byteWidth));
  return fillWith(call, to, byte, call.size(2));
}
/// memzero_explicit(to, size)
Values zero(ModelCall &call) {
  const Address to = call.pointer(0);
  return fillWith(call, to, Value::known(0, byteWidth), call.size(1));
}

/// Whether the bytes at one offset differ, as a term of 1 bit; nothing when they are the same for sure.
struct Difference {
  TermRef differ, below;
};
Difference differenceAt(ModelCall &call, Address a, Address b) {
  TermPool &pool = call.machine.pool;
  const TermRef x = call.load(a, byteWidth).asTerm(pool), y = call.load(b, byteWidth).asTerm(pool);
  return {pool.negation(pool.equal(x, y)), pool.binary(Op::Ult, x, y)};
}

/// memcmp(a, b, size): -1, 0 or 1, by the first bytes that differ.
Values compare(ModelCall &call) {
  const Address a = call.pointer(0), b = call.pointer(1);
  const uint64_t size = call.size(2);
  if (size > comparedAtMost)
    throw Refusal{call.title() + " of very many bytes"};
  constexpr unsigned width = 32;
  TermPool &pool = call.machine.pool;
  TermRef result = pool.constant(0, width);
  for (uint64_t i = size; i-- > 0;) {
    const Difference bytes = differenceAt(call, a + i, b + i);
    const TermRef sign = pool.ite(bytes.below, pool.constant(~uint64_t(0), width), pool.constant(1, width));
    result = pool.ite(bytes.differ, sign, result);
  }
  return call.returns(Value::symbolic(pool, result));
}

/// memchr(text, byte, size): decided byte by byte.
Values find(ModelCall &call) {
  const Address text = call.pointer(0);
  const uint64_t wanted = call.number(1) & 0xff, size = call.size(2);
  TermPool &pool = call.machine.pool;
  for (uint64_t i = 0; i < std::min(size, comparedAtMost); ++i) {
    const TermRef byte = call.load(text + i, byteWidth).asTerm(pool);
    if (call.decide(Value::symbolic(pool, pool.equal(byte, pool.constant(wanted, byteWidth)))))
      return call.returns(text + i);
  }
  if (size > comparedAtMost)
    throw Refusal{call.title() + " in very many bytes"};
  return call.returns(0);
}

constexpr ModelRow rows[] = {
    {"memcpy", copy}, {"memset", fill}, {"memzero_explicit", zero}, {"memcmp", compare}, {"memchr", find},
};

} // namespace

ModelTable memoryFunctionModels() { return rows; }

} // namespace kmem::replay
