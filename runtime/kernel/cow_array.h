// A sparse array that can be copied in O(1): copies share their leaves until one of them writes. Everything a simulated
// machine remembers lives in such arrays, which is what makes a snapshot a handful of reference counts.
//
// T is plain data; elements never written read as zero bytes. Copies may go to other threads, one array may not be
// used by two threads at once; copying from one array in two threads is fine while nobody writes to it. References stay
// good until the next write() to the same array.
//
// The last `cachedLeaves` leaves that were written, direct-mapped, are reached without walking the tree: they are known
// to be this array's own until it is copied.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace kmem::sim {

template <typename T, unsigned cachedLeaves = 1> class CowArray {
  static_assert(std::is_trivially_copyable_v<T>, "leaves are copied as bytes");
  static_assert(cachedLeaves && (cachedLeaves & (cachedLeaves - 1)) == 0,
                "picked by the low bits of the leaf's number");

public:
  using Index = uint64_t;
  /// A leaf is about one page, so that a write after a snapshot copies little.
  static constexpr Index leafSize = sizeof(T) >= 4096 ? 1 : 4096 / sizeof(T);
  static constexpr unsigned fanOutBits = 7;
  static constexpr Index fanOut = Index(1) << fanOutBits;

  CowArray() = default;
  CowArray(const CowArray &other) : root(share(other.root)), levels(other.levels) { other.disown(); }
  CowArray(CowArray &&other) noexcept
      : root(std::exchange(other.root, nullptr)), levels(std::exchange(other.levels, 0)), owned(other.owned),
        ownsAny(other.ownsAny) {
    other.disown();
  }
  CowArray &operator=(CowArray other) noexcept {
    std::swap(root, other.root);
    std::swap(levels, other.levels);
    std::swap(owned, other.owned);
    std::swap(ownsAny, other.ownsAny);
    return *this;
  }
  ~CowArray() { release(root, levels); }

  /// The element, or a zero one that no array owns.
  const T &read(Index i) const {
    const Index leaf = i / leafSize;
    if (const Owned &known = owned[leaf % cachedLeaves]; known.items && known.leaf == leaf)
      return known.items[i % leafSize];
    const Node *node = root;
    if (leaf >> (fanOutBits * levels))
      return zero();
    for (unsigned level = levels; node && level > 0; --level)
      node = static_cast<const Inner *>(node)->children[slot(leaf, level)];
    return node ? static_cast<const Leaf *>(node)->items[i % leafSize] : zero();
  }
  const T &operator[](Index i) const { return read(i); }
  /// The elements from `i` to the end of its leaf; none when the leaf was never written. Good until the next write().
  std::span<const T> leafFrom(Index i) const {
    const T &first = read(i);
    return &first == &zero() ? std::span<const T>() : std::span(&first, leafSize - i % leafSize);
  }

  /// The element for changing; its leaf is this array's own from now on.
  T &write(Index i) {
    const Index leaf = i / leafSize;
    Owned &known = owned[leaf % cachedLeaves];
    if (known.items && known.leaf == leaf)
      return known.items[i % leafSize];
    T *items = ownLeaf(leaf)->items;
    known = {leaf, items};
    ownsAny = true;
    return items[i % leafSize];
  }

  /// Whether the leaf of `i` was ever written; otherwise it holds nothing but zeros and costs nothing.
  bool isBacked(Index i) const { return &read(i) != &zero(); }

  /// Forgets the leaf of `i` if it holds that one element only; its bytes read as zero again.
  void drop(Index i)
    requires(leafSize == 1)
  {
    if (!isBacked(i))
      return;
    if (Owned &known = owned[i % cachedLeaves]; known.leaf == i)
      known = {};
    Node **link = &root;
    for (unsigned level = levels; level > 0; --level)
      link = &own<Inner>(*link, level)->children[slot(i, level)];
    release(*link, 0);
    *link = nullptr;
  }

  void clear() { *this = CowArray(); }

private:
  struct Node {
    std::atomic<uint32_t> references{1};
  };
  struct Inner : Node {
    std::array<Node *, fanOut> children{};
  };
  struct Leaf : Node {
    T items[leafSize]{};
  };
  /// A leaf that no copy sees.
  struct Owned {
    Index leaf = 0;
    T *items = nullptr;
  };
  /// A snapshot is never written to, so that copying it in several threads changes nothing here.
  void disown() const {
    if (!ownsAny)
      return;
    owned = {};
    ownsAny = false;
  }

  Leaf *ownLeaf(Index leaf) {
    while (leaf >> (fanOutBits * levels))
      grow();
    Node **link = &root;
    for (unsigned level = levels; level > 0; --level) {
      Inner *inner = own<Inner>(*link, level);
      link = &inner->children[slot(leaf, level)];
    }
    return own<Leaf>(*link, 0);
  }

  static const T &zero() {
    static const T none{};
    return none;
  }
  static Index slot(Index leaf, unsigned level) { return (leaf >> (fanOutBits * (level - 1))) & (fanOut - 1); }
  static Node *share(Node *node) {
    if (node)
      node->references.fetch_add(1, std::memory_order_relaxed);
    return node;
  }
  static void release(Node *node, unsigned level) {
    if (!node || node->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    if (level == 0) {
      delete static_cast<Leaf *>(node);
      return;
    }
    auto *inner = static_cast<Inner *>(node);
    for (Node *child : inner->children)
      release(child, level - 1);
    delete inner;
  }

  /// Makes `link` point to a node that nobody else sees: a new one, itself, or a copy.
  template <typename Kind> static Kind *own(Node *&link, unsigned level) {
    if (!link) {
      link = new Kind;
    } else if (link->references.load(std::memory_order_acquire) != 1) {
      auto *shared = static_cast<Kind *>(link);
      auto *copy = new Kind;
      if constexpr (std::is_same_v<Kind, Leaf>)
        std::memcpy(static_cast<void *>(copy->items), shared->items, sizeof(copy->items));
      else
        for (Index i = 0; i < fanOut; ++i)
          copy->children[i] = share(shared->children[i]);
      release(shared, level);
      link = copy;
    }
    return static_cast<Kind *>(link);
  }

  void grow() {
    assert(fanOutBits * levels < 64 && "an index of 64 bits always fits");
    if (root) {
      auto *top = new Inner;
      top->children[0] = root;
      root = top;
    }
    ++levels;
  }

  Node *root = nullptr;
  unsigned levels = 0; ///< of inner nodes above the leaves
  mutable std::array<Owned, cachedLeaves> owned{};
  mutable bool ownsAny = false;
};

} // namespace kmem::sim
