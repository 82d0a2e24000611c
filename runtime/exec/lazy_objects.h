// Objects that the program uses but no run has made: what a parameter points to, what a pointer in such an object
// points to, variables of the program and of the kernel around it. They lie in the simulated kernel's memory like any
// other object, each in a slot of its own with room on both sides (container_of reaches back, private data lies
// behind), and get their bytes on first use: see RunMemory.
//
// Their types are the debug information's; where a type has a usual state (an empty list, a count of 1), that is what
// its bytes are while nothing speaks against it.
#pragma once

#include "runtime/exec/chooser.h"
#include "runtime/exec/image.h"
#include "runtime/kernel/cow_array.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DebugInfoMetadata.h"

#include <optional>

namespace kmem::replay {

/// What a declared pointer points to, without qualifiers; null for other types and for void.
const llvm::DIType *pointeeOf(const llvm::DIType *type);
/// Without names and qualifiers.
const llvm::DIType *stripped(const llvm::DIType *type);
/// As declared; null when there is no debug information.
const llvm::DIType *typeOf(const llvm::GlobalVariable &variable);
/// Types of different units are the same when they have one name and one place.
bool isSameType(const llvm::DIType *a, const llvm::DIType *b);
bool isPointer(const llvm::DIType *type);

struct LazyObject {
  Address base = 0;
  uint64_t size = 0;                  ///< of its type; 0 when that is not known
  const llvm::DIType *type = nullptr; ///< null when not known
  uint32_t name = 0;                  ///< see LazyObjects::nameOf
  Address ring = 0;                   ///< the head of the list it is an element of; its links lead there
};

class LazyObjects {
public:
  static constexpr uint64_t slotSize = uint64_t(64) << 10;
  static constexpr uint64_t roomBefore = uint64_t(16) << 10;

  /// `arena` is theirs: whole slots of memory that is contiguous physically and in the direct map.
  LazyObjects(const Image &image, Arena arena) : image(image), arena(arena) {}

  /// An object for whoever needs one, typed by a pointer to it (or null). 0 when the arena is full.
  Address make(const llvm::DIType *pointerType, std::string_view name);
  /// What a pointer from outside, so declared, points to from now on. These come from the other end of the arena: a
  /// replay, whose pointers know where they point, makes the same objects at the same places without them.
  Address follow(const llvm::DIType *pointerType, std::string_view name, Address ring);
  /// The object whose slot `address` lies in; null outside of the arena and in slots not given out.
  const LazyObject *at(Address address) const;
  std::string_view nameOf(const LazyObject &object) const { return names[object.name]; }
  uint32_t count() const { return now.objects; }
  /// An object of the type `pointerType` points to among the first that were followed, as many as `slots` hold; the
  /// first such, or null.
  const LazyObject *followedLike(const llvm::DIType *pointerType, uint32_t slots) const;

  /// What is known of `width` bits at `address`: a name such as "dev->queue.lock", the declared type, the usual value.
  /// Of objects and of the image's variables.
  Input describe(Address address, unsigned width) const;
  /// As `describe`, the name alone; "" for other memory.
  std::string nameAt(Address address) const;
  const Arena &space() const { return arena; }

  /// An object as a witness names it.
  struct Named {
    Address base;
    uint64_t size;
    std::string name;
  };
  /// What was followed.
  std::vector<Named> list() const;
  /// Every object there is, in the order of addresses.
  std::vector<LazyObject> all() const;
  /// Knows the objects of such a list, which another machine's objects gave, by their names and places; their types
  /// are not known.
  void adopt(const std::vector<Named> &list);

  struct State {
    sim::CowArray<LazyObject> bySlot;
    uint32_t made = 0, followed = 0; ///< slots, from the lower and the upper end
    uint32_t objects = 0;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  uint32_t intern(std::string_view name);
  LazyObject describePointee(const llvm::DIType *pointerType, std::string_view name);
  uint64_t slotCount() const { return (arena.end - arena.begin) / slotSize; }
  void put(LazyObject object, uint64_t firstSlot);
  Input describeField(const llvm::DIType *type, std::string name, int64_t offset, unsigned width, Address at,
                      Address ring) const;

  const Image &image;
  const Arena arena;
  State now;
  std::vector<std::string> names; ///< only grows: numbers of any state stay good
};

} // namespace kmem::replay
