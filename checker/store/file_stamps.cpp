#include "checker/store/file_stamps.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace kmem::store {

static int64_t toNs(llvm::sys::TimePoint<> time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

int64_t nowNs() { return toNs(std::chrono::system_clock::now()); }

const std::optional<FileStamps::Stamp> &FileStamps::stamp(llvm::StringRef path) {
  auto [entry, isNew] = stamps.try_emplace(path);
  llvm::sys::fs::file_status status;
  if (isNew && !llvm::sys::fs::status(path, status) && status.type() == llvm::sys::fs::file_type::regular_file)
    entry->second = Stamp{toNs(status.getLastModificationTime()), status.getSize()};
  return entry->second;
}

const std::optional<Digest> &FileStamps::content(llvm::StringRef path) {
  auto [entry, isNew] = contents.try_emplace(path);
  if (!isNew)
    return entry->second;
  // Not mapped: a source file may be truncated while it is read.
  if (auto buffer = llvm::MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false, /*IsVolatile=*/true))
    entry->second = digestOf((*buffer)->getBuffer());
  return entry->second;
}

bool FileStamps::matches(llvm::StringRef path, const FileState &state) {
  const std::optional<Stamp> &now = stamp(path);
  if (!now || now->size != state.size)
    return false;
  return now->modifiedNs == state.modifiedNs || content(path) == state.content;
}

} // namespace kmem::store
