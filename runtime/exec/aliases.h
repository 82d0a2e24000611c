// Where else an unknown pointer may lead than to an object of its own: to what another one leads to, or to a variable.
// By their declared types: to a thing of its type, to a member of that type, or to what such a thing is a member of.
#pragma once

#include "runtime/exec/lazy_objects.h"

#include <map>

namespace kmem::replay {

class Aliases {
public:
  Aliases(const LazyObjects &objects, const Image &image) : objects(objects), image(image) {}

  /// The places, at most `most`; nullopt when there are more, or nobody can tell: for pointers to scalars, to void and
  /// to members of arrays, which may lie anywhere.
  std::optional<std::vector<Address>> of(const llvm::DIType *pointerType, size_t most);

private:
  /// In variables that may change, by what is pointed to.
  const std::optional<std::vector<Address>> &inVariables(const llvm::DIType *type);

  const LazyObjects &objects;
  const Image &image;
  std::map<const llvm::DIType *, std::optional<std::vector<Address>>> known;
};

} // namespace kmem::replay
