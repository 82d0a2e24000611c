// Where a replay does not answer as the case's name says. The tests hold these lists exactly: what is not so any more
// must go from here.
#pragma once

#include "tests/support/case_file.h"

namespace kmem::test {

/// Bugs that a replay does not confirm.
inline std::set<Expected> notConfirmed() { return {}; }

/// Suspicions in good cases that are confirmed because what they claim is true.
inline std::set<Expected> suspectedRightly() { return {}; }

} // namespace kmem::test
