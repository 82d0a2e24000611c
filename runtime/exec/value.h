// What a register holds: up to 64 bits, known or a term. Most values of a run are known, and nothing symbolic is
// touched for them. Pointers are 64-bit numbers, addresses of the simulated kernel.
#pragma once

#include "runtime/exec/term_pool.h"

#include <cassert>

namespace kmem::replay {

class Value {
public:
  Value() = default;
  static Value known(uint64_t bits, unsigned width) { return Value(truncated(bits, width), noTerm, width); }
  /// A term that came out constant is known.
  static Value symbolic(const TermPool &pool, TermRef term) {
    const Term &t = pool[term];
    return t.op == Op::Constant ? Value(t.value, noTerm, t.width) : Value(0, term, t.width);
  }

  bool isKnown() const { return term == noTerm; }
  unsigned width() const { return valueWidth; }
  uint64_t bits() const {
    assert(isKnown());
    return knownBits;
  }
  TermRef asTerm(TermPool &pool) const { return isKnown() ? pool.constant(knownBits, valueWidth) : term; }
  bool operator==(const Value &) const = default;

private:
  Value(uint64_t bits, TermRef term, unsigned width) : knownBits(bits), term(term), valueWidth(uint8_t(width)) {}

  uint64_t knownBits = 0;
  TermRef term = noTerm;
  uint8_t valueWidth = 1;
};

} // namespace kmem::replay
