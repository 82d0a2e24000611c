#include "checker/store/summary_cache.h"

#include "core/support/atomic_file.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace kmem::store {

namespace fs = llvm::sys::fs;

/// A file changed this shortly before the start may have been changed after it: the kernel's clock for modification
/// times advances with the timer tick.
static constexpr int64_t clockGranularityNs = 10'000'000;

llvm::Expected<SummaryCache> SummaryCache::open(llvm::StringRef folder) {
  SummaryCache cache(folder);
  if (llvm::Error error = cache.makeFolders())
    return std::move(error);
  cache.use(cache.loadIndex());
  return std::move(cache);
}

std::string SummaryCache::path(const llvm::Twine &name) const {
  llvm::SmallString<256> result(folder);
  llvm::sys::path::append(result, name);
  return std::string(result);
}

static llvm::Error cannotUse(llvm::StringRef path, std::error_code error) {
  return llvm::createStringError("cannot use the cache folder: " + path + ": " + error.message());
}

llvm::Error SummaryCache::makeFolders() const {
  for (const char *name : {"units", "results"}) {
    std::error_code error = fs::create_directories(path(name));
    if (!error)
      error = fs::access(path(name), fs::AccessMode::Write);
    if (!error && !fs::is_directory(path(name)))
      error = std::make_error_code(std::errc::not_a_directory);
    if (error)
      return cannotUse(path(name), error);
  }
  std::error_code error = fs::access(path("index"), fs::AccessMode::Exist);
  int descriptor = -1;
  if (!error)
    error = fs::openFileForRead(path("index"), descriptor);
  if (descriptor >= 0)
    fs::closeFile(descriptor);
  return error && error != std::errc::no_such_file_or_directory ? cannotUse(path("index"), error)
                                                                : llvm::Error::success();
}

Manifest SummaryCache::loadIndex() {
  auto buffer = llvm::MemoryBuffer::getFile(path("index"), false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return {};
  auto loaded = parseManifest((*buffer)->getBuffer());
  if (loaded)
    return std::move(*loaded);
  warnings.push_back("the cache index " + path("index") + " is damaged (" + llvm::toString(loaded.takeError()) +
                     "); every summary is made anew");
  return {};
}

void SummaryCache::use(Manifest loaded) {
  manifest = std::move(loaded);
  unitIndex.clear();
  for (uint32_t i = 0; i < manifest.units.size(); ++i)
    unitIndex[manifest.units[i].unit] = i;
  versionState.assign(manifest.versions.size(), std::nullopt);
}

std::optional<StoredSummary> SummaryCache::find(const UnitIdentity &unit) {
  auto known = unitIndex.find(unit.unit);
  if (known == unitIndex.end())
    return std::nullopt;
  const UnitRecord &record = manifest.units[known->second];
  bool holds = record.inputs == unit.inputs &&
               llvm::all_of(record.dependencies, [&](uint32_t version) { return versionHolds(version); });
  if (!holds || !summaryIsThere(record))
    return std::nullopt;
  valid.insert(known->second);
  return StoredSummary{record.summary, record.summarySize};
}

bool SummaryCache::versionHolds(uint32_t index) {
  std::optional<bool> &state = versionState[index];
  if (state)
    return *state;
  FileVersion &version = manifest.versions[index];
  llvm::StringRef file = manifest.paths[version.path];
  state = stamps.matches(file, version.state);
  if (!*state)
    return false;
  // Touched, with equal content: next time the time alone shall say so.
  int64_t modifiedNs = stamps.stamp(file)->modifiedNs;
  if (modifiedNs != version.state.modifiedNs && modifiedNs < startNs - clockGranularityNs) {
    version.state.modifiedNs = modifiedNs;
    changed = true;
  }
  return true;
}

bool SummaryCache::summaryIsThere(const UnitRecord &unit) {
  uint64_t size = 0;
  std::string file = path("units/" + spell(unit.summary) + ".ksum");
  if (!fs::file_size(file, size) && size == unit.summarySize)
    return true;
  warnings.push_back("the summary of " + manifest.paths[unit.mainFile] + " is missing or truncated (" + file +
                     "); it is made anew");
  return false;
}

llvm::Expected<StoredSummary> SummaryCache::write(llvm::StringRef bytes) const {
  StoredSummary summary{digestOf(bytes), bytes.size()};
  // Even when it is there already: its time tells removeUnreferenced that somebody needs it.
  if (llvm::Error error = writeAtomically(path("units/" + spell(summary.id) + ".ksum"), bytes))
    return std::move(error);
  return summary;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> SummaryCache::read(const StoredSummary &summary) const {
  std::string file = path("units/" + spell(summary.id) + ".ksum");
  auto buffer = llvm::MemoryBuffer::getFile(file, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError("cannot read " + file + ": " + buffer.getError().message());
  return std::move(*buffer);
}

void SummaryCache::record(const UnitIdentity &unit, const StoredSummary &summary,
                          std::vector<std::string> dependencies) {
  if (auto known = unitIndex.find(unit.unit); known != unitIndex.end())
    valid.erase(known->second);
  fresh.push_back({unit, summary, std::move(dependencies)});
  changed = true;
}

/// False when a file is not as it was at the start, so that nobody knows which state the summary was made from.
bool SummaryCache::addFresh(const Fresh &made, FileStamps &now, ManifestBuilder &builder) const {
  UnitRecord record{
      made.unit.unit, made.unit.inputs, made.summary.id, made.summary.size, {}, builder.path(made.unit.mainFile)};
  for (const std::string &file : made.dependencies) {
    const auto &stamp = now.stamp(file);
    if (!stamp || stamp->modifiedNs >= startNs - clockGranularityNs || !now.content(file))
      return false;
    record.dependencies.push_back(builder.version(file, {stamp->modifiedNs, stamp->size, *now.content(file)}));
  }
  builder.add(std::move(record));
  return true;
}

llvm::Error SummaryCache::save() {
  if (!changed)
    return llvm::Error::success();
  ManifestBuilder builder;
  std::vector<Digest> ours;
  FileStamps now;
  for (const Fresh &made : fresh) {
    if (addFresh(made, now, builder))
      ours.push_back(made.unit.unit);
    else
      unsettled = true;
  }
  for (uint32_t unit : valid) {
    builder.adopt(manifest, manifest.units[unit]);
    ours.push_back(manifest.units[unit].unit);
  }
  Manifest others = loadIndex();
  for (const UnitRecord &unit : others.units)
    if (now.stamp(others.paths[unit.mainFile]))
      builder.adopt(others, unit);
  Manifest merged = builder.finish();
  if (llvm::Error error = writeAtomically(path("index"), serialize(merged)))
    return error;
  removeUnreferenced(merged);
  use(std::move(merged));
  valid.clear();
  for (const Digest &unit : ours)
    valid.insert(unitIndex.at(unit));
  fresh.clear();
  changed = false;
  return llvm::Error::success();
}

std::optional<Digest> SummaryCache::headersDigest() const {
  if (unsettled || !fresh.empty())
    return std::nullopt;
  std::set<uint32_t> versions;
  for (uint32_t unit : valid)
    for (uint32_t version : manifest.units[unit].dependencies)
      if (manifest.versions[version].path != manifest.units[unit].mainFile)
        versions.insert(version);
  std::set<std::pair<llvm::StringRef, Digest>> states;
  for (uint32_t version : versions)
    states.emplace(manifest.paths[manifest.versions[version].path], manifest.versions[version].state.content);
  DigestBuilder builder;
  for (const auto &[file, content] : states)
    builder.add(file).add(content);
  return builder.finish();
}

} // namespace kmem::store
