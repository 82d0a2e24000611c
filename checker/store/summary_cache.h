// Stage: store. In: a cache folder. Out: for each unit the summary made last time, if nothing it was made from has
// changed.
//
//   <folder>/index            the manifest
//   <folder>/units/*.ksum     summaries, named by the digest of their bytes
//   <folder>/results/*        whatever the driver keeps by digest: values of the tree, findings of a whole run
//
// Every file is replaced as a whole and summaries never change, so runs that share a folder cannot harm each other; of
// two that end together the later one's index wins, after taking over the units that only the other one knows.
#pragma once

#include "checker/store/manifest_builder.h"

#include "llvm/Support/MemoryBuffer.h"

#include <map>
#include <memory>
#include <optional>
#include <set>

namespace kmem::store {

/// What a unit's summary depends on besides files.
struct UnitIdentity {
  Digest unit{};   ///< see UnitRecord
  Digest inputs{}; ///< see UnitRecord
  std::string mainFile;
};

/// A summary on disk.
struct StoredSummary {
  Digest id{};
  uint64_t size = 0;
};

class SummaryCache {
public:
  /// Makes the folder where needed. An error is one line that names the folder: it cannot be read or written. A damaged
  /// index is no error: it is forgotten and `warnings` says so.
  static llvm::Expected<SummaryCache> open(llvm::StringRef folder);

  /// The unit's summary when it is still valid. Call for each unit before any record().
  std::optional<StoredSummary> find(const UnitIdentity &unit);
  /// Writes a summary; safe in any process that shares the folder.
  llvm::Expected<StoredSummary> write(llvm::StringRef bytes) const;
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> read(const StoredSummary &summary) const;
  /// Remembers that `summary` is the unit's; its files are looked at when the index is saved.
  void record(const UnitIdentity &unit, const StoredSummary &summary, std::vector<std::string> dependencies);
  /// Writes the index if it changed and removes files of former times that nothing refers to. May be called again and
  /// again.
  llvm::Error save();

  /// Digest of the state of every file that a found or saved unit includes, main files left out. Nothing when a file
  /// changed while the program ran, so that its state is not known.
  std::optional<Digest> headersDigest() const;

  std::unique_ptr<llvm::MemoryBuffer> readResult(llvm::StringRef kind, const Digest &key) const;
  llvm::Error writeResult(llvm::StringRef kind, const Digest &key, llvm::StringRef bytes) const;

  std::vector<std::string> takeWarnings() { return std::exchange(warnings, {}); }

private:
  struct Fresh {
    UnitIdentity unit;
    StoredSummary summary;
    std::vector<std::string> dependencies;
  };

  explicit SummaryCache(llvm::StringRef folder) : folder(folder), startNs(nowNs()) {}
  std::string path(const llvm::Twine &name) const;
  llvm::Error makeFolders() const;
  Manifest loadIndex();
  void use(Manifest loaded);
  bool versionHolds(uint32_t version);
  bool summaryIsThere(const UnitRecord &unit);
  bool addFresh(const Fresh &made, FileStamps &now, ManifestBuilder &builder) const;
  void removeUnreferenced(const Manifest &saved) const;

  std::string folder;
  int64_t startNs;
  Manifest manifest;                    ///< as loaded, with the times of touched but equal files brought up to date
  std::map<Digest, uint32_t> unitIndex; ///< UnitRecord::unit -> index into manifest.units
  std::vector<std::optional<bool>> versionState; ///< by index into manifest.versions
  std::set<uint32_t> valid;                      ///< units of the manifest that belong to this run
  std::vector<Fresh> fresh;                      ///< recorded and not saved yet
  FileStamps stamps;
  bool changed = false;
  bool unsettled = false; ///< a file changed after the start
  std::vector<std::string> warnings;
};

} // namespace kmem::store
