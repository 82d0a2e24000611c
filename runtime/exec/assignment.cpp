#include "runtime/exec/assignment.h"

namespace kmem::replay {

uint64_t Evaluation::valueOf(TermRef root) {
  // A stack of our own: terms of long loops are deep.
  std::vector<TermRef> work{root};
  while (!work.empty()) {
    const TermRef at = work.back();
    const Term &term = pool[at];
    bool ready = true;
    for (TermRef part : {term.a, term.b, term.c})
      if (part != noTerm && !done.contains(part)) {
        work.push_back(part);
        ready = false;
      }
    if (!ready)
      continue;
    work.pop_back();
    done.try_emplace(at, compute(term));
  }
  return done.at(root);
}

uint64_t Evaluation::compute(const Term &term) {
  auto part = [&](TermRef t) { return done.at(t); };
  switch (term.op) {
  case Op::Constant:
    return term.value;
  case Op::Variable:
    return truncated(assignment[unsigned(term.value)], term.width);
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
