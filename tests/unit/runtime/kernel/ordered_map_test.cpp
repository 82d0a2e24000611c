#include "runtime/kernel/ordered_map.h"

#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>

using namespace kmem::sim;

namespace {

/// The largest value of a subtree.
struct Largest {
  uint32_t value;
  static Largest of(uint64_t, const uint32_t &value) { return {value}; }
  Largest &operator+=(const Largest &other) {
    value = std::max(value, other.value);
    return *this;
  }
};
using Map = OrderedMap<uint32_t, Largest>;
using Model = std::map<uint64_t, uint32_t>;

std::optional<uint64_t> keyOf(const std::optional<Map::Entry> &entry) {
  return entry ? std::optional(entry->key) : std::nullopt;
}

void agree(const Map &map, const Model &model) {
  Model seen;
  uint64_t before = 0;
  map.forEach([&](uint64_t key, uint32_t value) {
    RC_ASSERT(seen.empty() || key > before);
    before = key;
    seen[key] = value;
    return true;
  });
  RC_ASSERT(seen == model);
  RC_ASSERT(map.size() == model.size());
  RC_ASSERT(map.empty() == model.empty());
}

void searchesAgree(const Map &map, const Model &model, uint64_t key) {
  const auto above = model.lower_bound(key);
  RC_ASSERT(keyOf(map.atOrAbove(key)) == (above == model.end() ? std::nullopt : std::optional(above->first)));
  const auto next = model.upper_bound(key);
  RC_ASSERT(keyOf(map.atOrBelow(key)) ==
            (next == model.begin() ? std::nullopt : std::optional(std::prev(next)->first)));
  const uint32_t wanted = key % 100;
  const auto first = std::find_if(model.begin(), model.end(), [&](const auto &pair) { return pair.second >= wanted; });
  RC_ASSERT(keyOf(map.findFirst([&](const Largest &below) { return below.value >= wanted; },
                                [&](uint64_t, uint32_t value) { return value >= wanted; })) ==
            (first == model.end() ? std::nullopt : std::optional(first->first)));
}

} // namespace

RC_GTEST_PROP(OrderedMap, equals_std_map, ()) {
  Map map, saved;
  Model model, savedModel;
  const auto steps = *rc::gen::inRange(1, 300);
  for (int i = 0; i < steps; ++i) {
    const auto key = *rc::gen::weightedOneOf<uint64_t>(
        {{10, rc::gen::inRange<uint64_t>(0, 100)}, {1, rc::gen::just(UINT64_MAX)}, {1, rc::gen::just<uint64_t>(0)}});
    switch (*rc::gen::inRange(0, 8)) {
    case 0:
      saved = map;
      savedModel = model;
      break;
    case 1:
      map = saved;
      model = savedModel;
      break;
    case 2:
    case 3:
      RC_ASSERT(map.erase(key) == (model.erase(key) == 1));
      break;
    case 4:
      searchesAgree(map, model, key);
      break;
    default: {
      const auto value = *rc::gen::inRange<uint32_t>(0, 100);
      map.set(key, value);
      model[key] = value;
    }
    }
  }
  agree(map, model);
  agree(saved, savedModel);
}

TEST(OrderedMap, forEach_stops_when_told) {
  Map map;
  for (uint64_t key = 0; key < 10; ++key)
    map.set(key, 1);
  unsigned visited = 0;
  map.forEach([&](uint64_t key, uint32_t) {
    ++visited;
    return key < 3;
  });
  EXPECT_EQ(visited, 4u);
}

TEST(OrderedMap, stays_shallow_with_ascending_keys) {
  Map map;
  for (uint64_t key = 0; key < 20000; ++key)
    map.set(key << 12, uint32_t(key));
  for (uint64_t key = 0; key < 20000; key += 17)
    ASSERT_EQ(*map.find(key << 12), key);
  EXPECT_EQ(map.size(), 20000u);
}
