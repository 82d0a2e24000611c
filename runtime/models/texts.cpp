#include "runtime/models/texts.h"

namespace kmem::replay {

static constexpr uint64_t longestText = 4096;
static constexpr unsigned byteWidth = 8;

uint64_t textLength(ModelCall &call, Address text, uint64_t most) {
  TermPool &pool = call.machine.pool;
  for (uint64_t length = 0; length < most; ++length) {
    if (length == longestText)
      throw Refusal{call.title() + " of a very long text"};
    const Value byte = call.load(text + length, byteWidth);
    const bool isEnd =
        byte.isKnown() ? byte.bits() == 0
                       : call.decide(Value::symbolic(pool, pool.equal(byte.asTerm(pool), pool.constant(0, byteWidth))));
    if (isEnd)
      return length;
  }
  return most;
}

void writeComposedText(ModelCall &call, Address to, uint64_t room) {
  call.simplified("the text is not composed");
  if (!room)
    return;
  const uint64_t length = std::min<uint64_t>(composedText.size(), room - 1);
  for (uint64_t i = 0; i < length; ++i)
    call.store(to + i, Value::known(uint8_t(composedText[i]), byteWidth));
  call.store(to + length, Value::known(0, byteWidth));
}

} // namespace kmem::replay
