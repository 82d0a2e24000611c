// The part of a cache folder that is not summaries: results kept by digest, and the removal of what nothing needs any
// more.

#include "checker/store/summary_cache.h"
#include "core/support/atomic_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace kmem::store {

namespace fs = llvm::sys::fs;

/// Unreferenced files younger than this may belong to a run that has not written its index yet.
static constexpr int64_t unreferencedLifetimeNs = 24ll * 3600 * 1'000'000'000;

/// A result is its key, the digest of the rest, and the rest.
std::unique_ptr<llvm::MemoryBuffer> SummaryCache::readResult(llvm::StringRef kind, const Digest &key) const {
  auto buffer = llvm::MemoryBuffer::getFile(path("results/" + kind), false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return nullptr;
  llvm::StringRef bytes = (*buffer)->getBuffer();
  llvm::StringRef name(reinterpret_cast<const char *>(key.data()), key.size());
  if (!bytes.consume_front(name) || bytes.size() < sizeof(Digest))
    return nullptr;
  Digest stored = digestOf(bytes.drop_front(sizeof(Digest)));
  if (!bytes.consume_front(llvm::StringRef(reinterpret_cast<const char *>(stored.data()), stored.size())))
    return nullptr;
  return llvm::MemoryBuffer::getMemBufferCopy(bytes);
}

llvm::Error SummaryCache::writeResult(llvm::StringRef kind, const Digest &key, llvm::StringRef bytes) const {
  std::string file(key.begin(), key.end());
  Digest content = digestOf(bytes);
  file.append(content.begin(), content.end());
  return writeAtomically(path("results/" + kind), file + bytes.str());
}

void SummaryCache::removeUnreferenced(const Manifest &saved) const {
  std::set<std::string> referenced;
  for (const UnitRecord &unit : saved.units)
    referenced.insert(spell(unit.summary) + ".ksum");
  std::error_code error;
  for (fs::directory_iterator file(path("units"), error), end; file != end && !error; file.increment(error)) {
    if (referenced.count(llvm::sys::path::filename(file->path()).str()))
      continue;
    FileStamps now;
    const auto &stamp = now.stamp(file->path());
    if (stamp && stamp->modifiedNs < startNs - unreferencedLifetimeNs)
      fs::remove(file->path());
  }
}

} // namespace kmem::store
