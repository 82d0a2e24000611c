// Stage: store. Puts an index together from units of older indices and from new ones, storing each path and state once.
#pragma once

#include "checker/store/manifest.h"

#include "llvm/ADT/StringMap.h"

#include <set>

namespace kmem::store {

class ManifestBuilder {
public:
  /// Takes over a unit of another index, unless there is one of that name already.
  void adopt(const Manifest &from, const UnitRecord &unit);
  /// Adds a unit whose dependencies were added with version().
  void add(UnitRecord unit);
  bool contains(const Digest &unit) const { return units.count(unit); }

  uint32_t path(llvm::StringRef path);
  uint32_t version(llvm::StringRef path, const FileState &state);

  Manifest finish() { return std::move(manifest); }

private:
  Manifest manifest;
  std::set<Digest> units;
  llvm::StringMap<uint32_t> pathIndex;
  std::vector<std::vector<uint32_t>> versionsOfPath;
};

} // namespace kmem::store
