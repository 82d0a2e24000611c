#include "runtime/exec/term_bounds.h"

#include <algorithm>
#include <bit>

namespace kmem::replay {

static constexpr unsigned maxDepth = 6; ///< sizes are sums of a few products; what lies deeper costs more than it tells

/// The largest number of as many bits.
static uint64_t filled(uint64_t value) { return value ? ~uint64_t(0) >> std::countl_zero(value) : 0; }

bool staysWithin(uint64_t limit, Op op, uint64_t a, uint64_t b) {
  uint64_t result = 0;
  const bool overflows = op == Op::Add ? __builtin_add_overflow(a, b, &result) : __builtin_mul_overflow(a, b, &result);
  return (op == Op::Add || op == Op::Mul) && !overflows && result <= limit;
}

static uint64_t boundOf(const TermPool &pool, TermRef root, unsigned depth) {
  const Term &term = pool[root];
  const uint64_t all = truncated(~uint64_t(0), term.width);
  if (term.op == Op::Constant)
    return term.value;
  if (depth == maxDepth)
    return all;
  auto part = [&](TermRef of) { return boundOf(pool, of, depth + 1); };
  const bool byConstant = term.b != noTerm && pool.isConstant(term.b) && pool[term.b].value != 0;
  switch (term.op) {
  case Op::Add:
  case Op::Mul: {
    const uint64_t a = part(term.a), b = part(term.b);
    return !staysWithin(all, term.op, a, b) ? all : term.op == Op::Add ? a + b : a * b;
  }
  case Op::UDiv:
    return byConstant ? part(term.a) / pool[term.b].value : all;
  case Op::URem:
    return byConstant ? std::min(part(term.a), pool[term.b].value - 1) : part(term.a);
  case Op::And:
    return std::min(part(term.a), part(term.b));
  case Op::Or:
  case Op::Xor:
    return filled(part(term.a) | part(term.b));
  case Op::LShr:
    return byConstant && pool[term.b].value < term.width ? part(term.a) >> pool[term.b].value : part(term.a);
  case Op::Ite:
    return std::max(part(term.b), part(term.c));
  case Op::Concat:
    return part(term.a) << pool[term.b].width | truncated(~uint64_t(0), pool[term.b].width);
  case Op::Extract:
    return std::min(all, part(term.a) >> term.value);
  case Op::ZExt:
    return part(term.a);
  default:
    return all;
  }
}

uint64_t upperBound(const TermPool &pool, TermRef term) { return boundOf(pool, term, 0); }

} // namespace kmem::replay
