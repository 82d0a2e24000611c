#include "checker/store/manifest.h"

#include "checker/summary/byte_archive.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

namespace kmem::store {

using summary::In;

static constexpr llvm::StringLiteral magic("KMAN2"); ///< the digit is the version of the format

template <typename Io> void fields(Io &io, In<Io, FileState> &state) {
  io(state.modifiedNs, state.size, state.content);
}
template <typename Io> void fields(Io &io, In<Io, FileVersion> &version) { io(version.path, version.state); }
template <typename Io> void fields(Io &io, In<Io, UnitRecord> &unit) {
  io(unit.unit, unit.inputs, unit.summary, unit.summarySize, unit.dependencies, unit.mainFile);
}
template <typename Io> void fields(Io &io, In<Io, Manifest> &manifest) {
  io(manifest.paths, manifest.versions, manifest.units);
}

std::string serialize(const Manifest &manifest) {
  summary::ByteWriter writer;
  writer(manifest);
  char checksum[8];
  llvm::support::endian::write64le(checksum, llvm::xxh3_64bits(writer.bytes));
  return magic.str() + std::string(checksum, sizeof(checksum)) + writer.bytes;
}

static bool indicesExist(const Manifest &manifest) {
  for (const FileVersion &version : manifest.versions)
    if (version.path >= manifest.paths.size())
      return false;
  for (const UnitRecord &unit : manifest.units) {
    if (unit.mainFile >= manifest.paths.size())
      return false;
    for (uint32_t version : unit.dependencies)
      if (version >= manifest.versions.size())
        return false;
  }
  return true;
}

llvm::Expected<Manifest> parseManifest(llvm::StringRef bytes) {
  if (!bytes.consume_front(magic) || bytes.size() < 8)
    return llvm::createStringError("not an index of this program's version");
  uint64_t checksum = llvm::support::endian::read64le(bytes.data());
  bytes = bytes.drop_front(8);
  if (llvm::xxh3_64bits(bytes) != checksum)
    return llvm::createStringError("checksum differs");
  summary::ByteReader reader(bytes);
  Manifest manifest;
  reader(manifest);
  if (reader.error() || reader.left() || !indicesExist(manifest))
    return llvm::createStringError("inconsistent content");
  return manifest;
}

} // namespace kmem::store
