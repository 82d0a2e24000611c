// Strings (lib/string.c, lib/vsprintf.c). Lengths and differences are decided byte by byte where bytes are terms; texts
// that a format gives are not composed.
#include "runtime/models/registry.h"
#include "runtime/models/texts.h"

namespace kmem::replay {

namespace {

constexpr unsigned byteWidth = 8;
constexpr uint64_t tooBig = uint64_t(-7); ///< -E2BIG
constexpr uint64_t comparedAtMost = 4096;

Values length(ModelCall &call) { return call.returns(textLength(call, call.pointer(0))); }
Values boundedLength(ModelCall &call) { return call.returns(textLength(call, call.pointer(0), call.size(1))); }

bool holds(ModelCall &call, TermRef condition) { return call.decide(Value::symbolic(call.machine.pool, condition)); }

/// -1, 0 or 1.
Values compareUpTo(ModelCall &call, uint64_t most) {
  const Address a = call.pointer(0), b = call.pointer(1);
  TermPool &pool = call.machine.pool;
  for (uint64_t i = 0; i < most; ++i) {
    if (i == comparedAtMost)
      throw Refusal{call.title() + " of very long texts"};
    const TermRef x = call.load(a + i, byteWidth).asTerm(pool), y = call.load(b + i, byteWidth).asTerm(pool);
    if (!holds(call, pool.equal(x, y)))
      return call.returns(holds(call, pool.binary(Op::Ult, x, y)) ? ~uint64_t(0) : 1);
    if (holds(call, pool.equal(x, pool.constant(0, byteWidth))))
      break;
  }
  return call.returns(0);
}
Values compare(ModelCall &call) { return compareUpTo(call, UINT64_MAX); }
Values compareBounded(ModelCall &call) { return compareUpTo(call, call.size(2)); }

/// strchr(text, letter): its place, the 0 included, or 0.
Values find(ModelCall &call) {
  const Address text = call.pointer(0);
  const uint64_t wanted = call.number(1) & 0xff;
  TermPool &pool = call.machine.pool;
  for (uint64_t i = 0; i < comparedAtMost; ++i) {
    const TermRef byte = call.load(text + i, byteWidth).asTerm(pool);
    if (holds(call, pool.equal(byte, pool.constant(wanted, byteWidth))))
      return call.returns(text + i);
    if (holds(call, pool.equal(byte, pool.constant(0, byteWidth))))
      return call.returns(0);
  }
  throw Refusal{call.title() + " in a very long text"};
}

void copyText(ModelCall &call, Address to, Address from, uint64_t length) {
  if (length)
    call.machine.memory.copy(to, from, length);
  call.store(to + length, Value::known(0, byteWidth));
}

/// strcpy(to, from)
Values copy(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  copyText(call, to, from, textLength(call, from));
  return call.returns(to);
}
/// strscpy(to, from, room): the length, or -E2BIG for a text that was cut.
Values copyBounded(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  const uint64_t room = call.size(2);
  if (!room)
    return call.returns(tooBig);
  const uint64_t length = textLength(call, from, room);
  copyText(call, to, from, std::min(length, room - 1));
  return call.returns(length < room ? length : tooBig);
}
/// strlcpy(to, from, room): the length of the whole text.
Values copyTruncated(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  const uint64_t room = call.size(2), length = textLength(call, from);
  if (room)
    copyText(call, to, from, std::min(length, room - 1));
  return call.returns(length);
}
/// strncpy(to, from, size): filled up with zeros.
Values copyPadded(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  const uint64_t size = call.size(2), length = textLength(call, from, size);
  if (length)
    call.machine.memory.copy(to, from, length);
  if (length < size)
    call.machine.memory.fill(to + length, Value::known(0, byteWidth), size - length);
  return call.returns(to);
}
/// strcat(to, from)
Values append(ModelCall &call) {
  const Address to = call.pointer(0), from = call.pointer(1);
  const uint64_t before = textLength(call, to);
  copyText(call, to + before, from, textLength(call, from));
  return call.returns(to);
}

/// sprintf(to, ...)
Values compose(ModelCall &call) {
  writeComposedText(call, call.pointer(0));
  return call.returns(composedText.size());
}
/// snprintf(to, room, ...)
Values composeBounded(ModelCall &call) {
  const Address to = call.pointer(0);
  writeComposedText(call, to, call.size(1));
  return call.returns(composedText.size());
}
/// scnprintf(to, room, ...): what was written.
Values composeCounted(ModelCall &call) {
  const Address to = call.pointer(0);
  const uint64_t room = call.size(1);
  writeComposedText(call, to, room);
  return call.returns(room ? std::min<uint64_t>(composedText.size(), room - 1) : 0);
}

constexpr ModelRow rows[] = {
    {"strlen", length},
    {"strnlen", boundedLength},
    {"strcmp", compare},
    {"strncmp", compareBounded},
    {"strchr", find},
    {"strcpy", copy},
    {"strscpy", copyBounded},
    {"strlcpy", copyTruncated},
    {"strncpy", copyPadded},
    {"strcat", append},
    {"sprintf", compose},
    {"snprintf", composeBounded},
    {"scnprintf", composeCounted},
};

} // namespace

ModelTable stringModels() { return rows; }

} // namespace kmem::replay
