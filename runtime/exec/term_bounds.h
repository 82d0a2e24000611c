// How large a term can be whatever its variables are: what settles a comparison, or that a product does not overflow,
// without asking a solver.
#pragma once

#include "runtime/exec/term_pool.h"

namespace kmem::replay {

/// A number that the term's value, taken as unsigned, never exceeds. Looks a few operations deep.
uint64_t upperBound(const TermPool &pool, TermRef term);

/// Whether an addition or a product of values up to `a` and `b` never exceeds `limit`.
bool staysWithin(uint64_t limit, Op op, uint64_t a, uint64_t b);

} // namespace kmem::replay
