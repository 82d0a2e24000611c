// Where a replay does not answer as the case's name says, and why. The tests hold these lists exactly: what is not so
// any more must go from here.
#pragma once

#include "tests/support/case_file.h"

namespace kmem::test {

/// Bugs that a replay does not confirm.
inline std::set<Expected> notConfirmed() {
  return {
      // The function chooses the flags or the size itself, by a condition on a parameter. That is taken for a value
      // that its callers choose, which confirms nothing.
      {"kmem-atomic-gfp", "kmem-atomic-gfp/bad_flag_condition.c", 10},
      {"kmem-atomic-gfp", "kmem-atomic-gfp/bad_flag_variable.c", 12},
      {"kmem-invalid-gfp", "kmem-invalid-gfp/bad_one_choice.c", 9},
      {"kmem-oversized-kmalloc", "kmem-oversized-kmalloc/bad_computed.c", 20},
  };
}

/// Suspicions in good cases that are confirmed all the same.
inline std::set<Expected> confirmedAllTheSame() {
  return {
      // Of the object that holds the memory, only the field with the pointer is the same when it is released: not the
      // cache beside it, nor the flag that says who allocated it.
      {"kmem-mismatched-free", "kmem-mismatched-free/good_cache.c", 17},
      {"kmem-mismatched-free", "kmem-mismatched-free/good_remembered_in_flag.c", 23},
      {"kmem-mismatched-free", "kmem-mismatched-free/good_remembered_in_flag.c", 25},
      // To the letter it is true: kfree() gets kvmalloc() memory. That it is only such as came from the slab allocator
      // is not looked at.
      {"kmem-mismatched-free", "kmem-mismatched-free/good_is_vmalloc_addr.c", 18},
      // Not understood: kvfree() takes the slab memory that table_init() has put there.
      {"kmem-mismatched-free", "kmem-mismatched-free/good_field_changes_hands.c", 10},
      // Two structures of one name in two files: where memory waits is known by that name alone.
      {"kmem-mismatched-free", "kmem-mismatched-free/good_same_tag_other_file/a.c", 16},
  };
}

} // namespace kmem::test
