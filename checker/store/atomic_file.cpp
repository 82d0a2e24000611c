#include "checker/store/atomic_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::store {

static llvm::Error cannotWrite(llvm::StringRef path, const llvm::Twine &why) {
  return llvm::createStringError("cannot write " + path + ": " + why);
}

llvm::Error writeAtomically(llvm::StringRef path, llvm::StringRef bytes) {
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

} // namespace kmem::store
