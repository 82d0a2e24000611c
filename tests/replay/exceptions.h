// Where a replay does not answer as the case's name says, and why. The tests hold these lists exactly: what is not so
// any more must go from here.
#pragma once

#include "tests/support/case_file.h"

namespace kmem::test {

/// Bugs that a replay does not confirm.
inline std::set<Expected> notConfirmed() { return {}; }

/// Suspicions in good cases that are confirmed all the same.
inline std::set<Expected> confirmedAllTheSame() {
  return {
      // To the letter it is true: what the ioctl asks for reaches kmalloc() in the allocator's body, which is made for
      // it to fail there.
      {"kmem-unbounded-kmalloc", "kmem-unbounded-kmalloc/good_allocator_body.c", 8},
  };
}

} // namespace kmem::test
