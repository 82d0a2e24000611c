// Stage: store. What things are named by: 16 bytes of BLAKE3.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"

#include <array>
#include <cstdint>
#include <string>

namespace kmem::store {

using Digest = std::array<uint8_t, 16>;

/// Over parts that cannot run together: each is preceded by its length.
class DigestBuilder {
public:
  DigestBuilder &add(llvm::StringRef part) {
    uint64_t size = part.size();
    hasher.update(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(&size), sizeof(size)));
    hasher.update(part);
    return *this;
  }
  DigestBuilder &add(const Digest &part) {
    return add(llvm::StringRef(reinterpret_cast<const char *>(part.data()), part.size()));
  }
  Digest finish() { return hasher.final<sizeof(Digest)>(); }

private:
  llvm::BLAKE3 hasher;
};

inline Digest digestOf(llvm::StringRef bytes) {
  return llvm::BLAKE3::hash<sizeof(Digest)>(llvm::arrayRefFromStringRef(bytes));
}
inline std::string spell(const Digest &digest) { return llvm::toHex(digest, /*LowerCase=*/true); }

} // namespace kmem::store
