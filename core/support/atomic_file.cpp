#include "core/support/atomic_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem {

static llvm::Error cannotWrite(llvm::StringRef path, const llvm::Twine &why) {
  return llvm::createStringError("cannot write " + path + ": " + why);
}

/// A device or a pipe cannot be replaced by a file: what is written to it goes through.
static llvm::Error writeThrough(llvm::StringRef path, llvm::StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream out(path, error, llvm::sys::fs::CD_OpenExisting);
  if (error)
    return cannotWrite(path, error.message());
  out << bytes;
  out.flush();
  if (std::error_code failed = out.error()) {
    out.clear_error();
    return cannotWrite(path, failed.message());
  }
  return llvm::Error::success();
}

llvm::Error writeAtomically(llvm::StringRef path, llvm::StringRef bytes) {
  bool isDevice = false;
  if (!llvm::sys::fs::is_other(path, isDevice) && isDevice)
    return writeThrough(path, bytes);
  auto file = llvm::sys::fs::TempFile::create(path + ".%%%%%%%%.tmp");
  if (!file)
    return cannotWrite(path, llvm::toString(file.takeError()));
  llvm::raw_fd_ostream out(file->FD, /*shouldClose=*/false);
  out << bytes;
  out.flush();
  if (std::error_code error = out.error()) {
    out.clear_error();
    llvm::consumeError(file->discard());
    return cannotWrite(path, error.message());
  }
  if (llvm::Error error = file->keep(path))
    return cannotWrite(path, llvm::toString(std::move(error)));
  return llvm::Error::success();
}

llvm::Error writeIfDifferent(llvm::StringRef path, llvm::StringRef bytes) {
  auto present = llvm::MemoryBuffer::getFile(path);
  if (present && (*present)->getBuffer() == bytes)
    return llvm::Error::success();
  return writeAtomically(path, bytes);
}

} // namespace kmem
