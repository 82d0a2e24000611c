// A map from 64-bit keys to plain values in key order, copied in O(1) like everything of a machine: a treap in a
// CowPool whose priorities are a hash of the key, so that its shape depends on the keys alone.
//
// Summary is folded over subtrees for searches such as "the first gap that is large enough": a plain type with
// `static Summary of(uint64_t key, const Value &)` and `Summary &operator+=(const Summary &)`; NoSummary folds nothing.
#pragma once

#include "runtime/kernel/cow_pool.h"

#include <optional>

namespace kmem::sim {

struct NoSummary {
  template <typename Value> static NoSummary of(uint64_t, const Value &) { return {}; }
  NoSummary &operator+=(const NoSummary &) { return *this; }
};

template <typename Value, typename Summary = NoSummary> class OrderedMap {
public:
  struct Entry {
    uint64_t key;
    Value value;
  };

  bool empty() const { return root == none; }
  uint64_t size() const { return nodes.live(); }

  const Value *find(uint64_t key) const {
    for (Ref at = root; at != none;) {
      const Node &node = nodes[at];
      if (node.key == key)
        return &node.value;
      at = key < node.key ? node.left : node.right;
    }
    return nullptr;
  }
  /// The entry with the largest key <= `key`.
  std::optional<Entry> atOrBelow(uint64_t key) const {
    Ref best = none;
    for (Ref at = root; at != none;) {
      const Node &node = nodes[at];
      if (node.key <= key)
        best = at;
      at = node.key <= key ? node.right : node.left;
    }
    return entry(best);
  }
  /// The entry with the smallest key >= `key`.
  std::optional<Entry> atOrAbove(uint64_t key) const {
    Ref best = none;
    for (Ref at = root; at != none;) {
      const Node &node = nodes[at];
      if (node.key >= key)
        best = at;
      at = node.key >= key ? node.left : node.right;
    }
    return entry(best);
  }
  std::optional<Entry> first() const { return atOrAbove(0); }
  std::optional<Entry> last() const { return atOrBelow(UINT64_MAX); }

  /// Adds or replaces.
  void set(uint64_t key, const Value &value) {
    erase(key);
    const Ref added = nodes.allocate();
    Node &node = nodes.write(added);
    node.key = key;
    node.value = value;
    fold(added);
    auto [below, above] = split(root, key);
    root = join(join(below, added), above);
  }
  bool erase(uint64_t key) {
    if (!find(key))
      return false;
    auto [below, rest] = split(root, key);
    auto [found, above] = rest == none ? Pair{none, none} : splitAfter(rest, key);
    nodes.free(found);
    root = join(below, above);
    return true;
  }

  /// In key order, until `visit(key, value)` says false.
  template <typename Visit> void forEach(Visit visit) const { walk(root, visit); }

  /// The first entry in key order for which `fits(key, value)`, looking only into subtrees for which `mayFit(summary)`.
  template <typename MayFit, typename Fits> std::optional<Entry> findFirst(MayFit mayFit, Fits fits) const {
    return entry(search(root, mayFit, fits));
  }
  /// The same from the highest key down.
  template <typename MayFit, typename Fits> std::optional<Entry> findLast(MayFit mayFit, Fits fits) const {
    return entry(searchDown(root, mayFit, fits));
  }

private:
  struct Node {
    uint64_t key;
    Value value;
    uint32_t left, right;
    Summary below; ///< of this node and both subtrees
  };
  using Ref = typename CowPool<Node>::Ref;
  using Pair = std::pair<Ref, Ref>;
  static constexpr Ref none = CowPool<Node>::none;

  static uint64_t priority(uint64_t key) {
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u; // splitmix64's finalizer
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    return key ^ (key >> 31);
  }
  std::optional<Entry> entry(Ref at) const {
    if (at == none)
      return std::nullopt;
    return Entry{nodes[at].key, nodes[at].value};
  }
  void fold(Ref at) {
    Node &node = nodes.write(at);
    Summary all = Summary::of(node.key, node.value);
    if (node.left != none)
      all += nodes[node.left].below;
    if (node.right != none)
      all += nodes[node.right].below;
    nodes.write(at).below = all;
  }
  /// Keys below `key`, and the others.
  Pair split(Ref at, uint64_t key) {
    if (at == none)
      return {none, none};
    if (nodes[at].key < key) {
      auto [left, right] = split(nodes[at].right, key);
      nodes.write(at).right = left;
      fold(at);
      return {at, right};
    }
    auto [left, right] = split(nodes[at].left, key);
    nodes.write(at).left = right;
    fold(at);
    return {left, at};
  }
  Pair splitAfter(Ref at, uint64_t key) { return key == UINT64_MAX ? Pair{at, none} : split(at, key + 1); }
  Ref join(Ref below, Ref above) {
    if (below == none || above == none)
      return below == none ? above : below;
    if (priority(nodes[below].key) > priority(nodes[above].key)) {
      const Ref joined = join(nodes[below].right, above);
      nodes.write(below).right = joined;
      fold(below);
      return below;
    }
    const Ref joined = join(below, nodes[above].left);
    nodes.write(above).left = joined;
    fold(above);
    return above;
  }
  template <typename Visit> bool walk(Ref at, Visit &visit) const {
    if (at == none)
      return true;
    const Node node = nodes[at];
    return walk(node.left, visit) && visit(node.key, node.value) && walk(node.right, visit);
  }
  template <typename MayFit, typename Fits> Ref search(Ref at, MayFit &mayFit, Fits &fits) const {
    if (at == none || !mayFit(nodes[at].below))
      return none;
    if (Ref found = search(nodes[at].left, mayFit, fits); found != none)
      return found;
    if (fits(nodes[at].key, nodes[at].value))
      return at;
    return search(nodes[at].right, mayFit, fits);
  }
  template <typename MayFit, typename Fits> Ref searchDown(Ref at, MayFit &mayFit, Fits &fits) const {
    if (at == none || !mayFit(nodes[at].below))
      return none;
    if (Ref found = searchDown(nodes[at].right, mayFit, fits); found != none)
      return found;
    if (fits(nodes[at].key, nodes[at].value))
      return at;
    return searchDown(nodes[at].left, mayFit, fits);
  }

  CowPool<Node> nodes;
  Ref root = none;
};

} // namespace kmem::sim
