#include "checker/store/manifest_builder.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::store {

uint32_t ManifestBuilder::path(llvm::StringRef path) {
  auto [entry, isNew] = pathIndex.try_emplace(path, uint32_t(manifest.paths.size()));
  if (isNew) {
    manifest.paths.push_back(path.str());
    versionsOfPath.emplace_back();
  }
  return entry->second;
}

uint32_t ManifestBuilder::version(llvm::StringRef file, const FileState &state) {
  uint32_t index = path(file);
  for (uint32_t known : versionsOfPath[index])
    if (manifest.versions[known].state == state)
      return known;
  manifest.versions.push_back({index, state});
  versionsOfPath[index].push_back(uint32_t(manifest.versions.size() - 1));
  return versionsOfPath[index].back();
}

void ManifestBuilder::add(UnitRecord unit) {
  if (!units.insert(unit.unit).second)
    return;
  llvm::sort(unit.dependencies);
  manifest.units.push_back(std::move(unit));
}

void ManifestBuilder::adopt(const Manifest &from, const UnitRecord &unit) {
  if (contains(unit.unit))
    return;
  UnitRecord copy = unit;
  copy.mainFile = path(from.paths[unit.mainFile]);
  for (uint32_t &dependency : copy.dependencies) {
    const FileVersion &known = from.versions[dependency];
    dependency = version(from.paths[known.path], known.state);
  }
  add(std::move(copy));
}

} // namespace kmem::store
