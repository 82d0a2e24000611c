#include "checker/driver/program_digest.h"

#include "summary_makers.h" // made by the build

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace kmem {

store::Digest makersDigest() {
  return store::DigestBuilder().add(KMEM_SUMMARY_MAKERS).add(LLVM_VERSION_STRING).finish();
}

store::Digest programDigest() {
  store::DigestBuilder builder;
  std::string self = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  if (auto content = llvm::MemoryBuffer::getFile(self, false, /*RequiresNullTerminator=*/false))
    builder.add((*content)->getBuffer());
  return builder.add(makersDigest()).finish();
}

} // namespace kmem
