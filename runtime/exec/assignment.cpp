#include "runtime/exec/assignment.h"

#include <algorithm>

namespace kmem::replay {

uint64_t Evaluation::valueOf(TermRef root) {
  if (done.size() <= root)
    done.resize(std::max<size_t>(root + 1, done.size() * 2)); // parts have smaller numbers than wholes
  visitPartsFirst(
      pool, root, [&](TermRef term) { return isDone(term); },
      [&](TermRef term) { done[term] = {compute(pool[term]), epoch}; });
  return done[root].value;
}

uint64_t Evaluation::compute(const Term &term) {
  auto part = [&](TermRef t) { return done[t].value; };
  switch (term.op) {
  case Op::Constant:
    return term.value;
  case Op::Variable:
    return truncated((*assignment)[unsigned(term.value)], term.width);
  case Op::Ite:
    return part(term.a) ? part(term.b) : part(term.c);
  case Op::Concat:
    return part(term.a) << pool[term.b].width | part(term.b);
  case Op::Extract:
    return truncated(part(term.a) >> term.value, term.width);
  case Op::ZExt:
    return part(term.a);
  case Op::SExt:
    return truncated(uint64_t(signExtended(part(term.a), pool[term.a].width)), term.width);
  default:
    return computeBinary(term.op, part(term.a), part(term.b), pool[term.a].width);
  }
}

} // namespace kmem::replay
