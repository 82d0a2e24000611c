#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/cow_pool.h"

#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>
#include <thread>

using namespace kmem::sim;

namespace {

using Array = CowArray<uint64_t, 4>;
using Model = std::map<uint64_t, uint64_t>;

/// Indices near each other, so that leaves and inner nodes are shared, and some far away, so that the tree grows.
rc::Gen<uint64_t> someIndex() {
  return rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 2000), rc::gen::inRange<uint64_t>(0, uint64_t(1) << 34));
}

void agree(const Array &array, const Model &model) {
  for (const auto &[index, value] : model)
    RC_ASSERT(array[index] == value);
}

} // namespace

TEST(CowArray, reads_zero_where_nothing_was_written) {
  Array array;
  EXPECT_EQ(array[0], 0u);
  EXPECT_EQ(array[uint64_t(1) << 50], 0u);
  array.write(5000) = 7;
  EXPECT_EQ(array[5001], 0u);
  EXPECT_TRUE(array.isBacked(5001));
  EXPECT_FALSE(array.isBacked(50));
}

TEST(CowArray, keeps_a_write_made_through_the_cache_out_of_a_copy) {
  Array array;
  array.write(3) = 1;
  const Array copy = array;
  array.write(3) = 2;
  EXPECT_EQ(copy[3], 1u);
  EXPECT_EQ(array[3], 2u);
}

TEST(CowArray, drops_one_element_leaves) {
  struct Big {
    char bytes[4096];
  };
  CowArray<Big, 2> array;
  array.write(9).bytes[5] = 'x';
  const CowArray<Big, 2> copy = array;
  array.drop(9);
  EXPECT_FALSE(array.isBacked(9));
  EXPECT_EQ(array[9].bytes[5], 0);
  EXPECT_EQ(copy[9].bytes[5], 'x');
  array.write(9).bytes[5] = 'y';
  EXPECT_EQ(array[9].bytes[5], 'y');
}

// Several arrays of one family, written, copied over each other and moved, always equal their models.
RC_GTEST_PROP(CowArray, copies_are_independent, ()) {
  std::vector<Array> arrays(3);
  std::vector<Model> models(3);
  const auto steps = *rc::gen::inRange(1, 200);
  for (int i = 0; i < steps; ++i) {
    const auto which = *rc::gen::inRange<size_t>(0, 3);
    const auto other = *rc::gen::inRange<size_t>(0, 3);
    switch (*rc::gen::inRange(0, 6)) {
    case 0:
      arrays[which] = arrays[other];
      models[which] = models[other];
      break;
    case 1: {
      Array moved = std::move(arrays[which]);
      arrays[which] = std::move(moved);
      break;
    }
    default: {
      const auto index = *someIndex();
      arrays[which].write(index) = models[which][index] = *rc::gen::arbitrary<uint64_t>();
    }
    }
  }
  for (size_t i = 0; i < arrays.size(); ++i)
    agree(arrays[i], models[i]);
}

// Threads that start from one array and write to copies of it see nothing of each other.
TEST(CowArray, copies_go_to_other_threads) {
  Array common;
  for (uint64_t i = 0; i < 3000; ++i)
    common.write(i * 7) = i;
  const Array snapshot = common;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (uint64_t seed = 1; seed <= 4; ++seed)
    threads.emplace_back([&, seed] {
      for (int round = 0; round < 20; ++round) {
        Array mine = snapshot;
        for (uint64_t i = 0; i < 3000; i += seed)
          mine.write(i * 7) += seed;
        const Array kept = mine;
        mine.write(7) = 99;
        for (uint64_t i = 0; i < 3000; ++i)
          wrong += kept[i * 7] != i + (i % seed == 0 ? seed : 0);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(snapshot[7], 1u);
}

RC_GTEST_PROP(CowPool, gives_every_number_to_one_owner, ()) {
  CowPool<uint64_t> pool;
  std::map<uint32_t, uint64_t> live;
  const auto steps = *rc::gen::inRange(1, 200);
  for (int i = 0; i < steps; ++i) {
    if (live.empty() || *rc::gen::inRange(0, 3)) {
      const auto ref = pool.allocate();
      RC_ASSERT(ref != CowPool<uint64_t>::none);
      RC_ASSERT(!live.contains(ref));
      RC_ASSERT(pool[ref] == 0u);
      pool.write(ref) = live[ref] = *rc::gen::arbitrary<uint64_t>();
    } else {
      const auto victim = std::next(live.begin(), *rc::gen::inRange<long>(0, long(live.size())));
      pool.free(victim->first);
      live.erase(victim);
    }
    RC_ASSERT(pool.live() == live.size());
  }
  for (const auto &[ref, value] : live)
    RC_ASSERT(pool[ref] == value);
}

RC_GTEST_PROP(CowPool, gives_the_same_numbers_after_a_restore, ()) {
  CowPool<uint64_t> pool;
  std::vector<uint32_t> refs;
  for (int i = 0; i < 20; ++i)
    refs.push_back(pool.allocate());
  for (int i = 0; i < 20; i += *rc::gen::inRange(1, 4))
    pool.free(refs[i]);
  const CowPool<uint64_t> before = pool;
  std::vector<uint32_t> first, second;
  for (int i = 0; i < 10; ++i)
    first.push_back(pool.allocate());
  pool = before;
  for (int i = 0; i < 10; ++i)
    second.push_back(pool.allocate());
  RC_ASSERT(first == second);
}
