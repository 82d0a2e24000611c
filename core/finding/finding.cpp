#include "core/finding/finding.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Endian.h"

#include <tuple>

namespace kmem {

std::string makeFingerprint(const std::vector<std::string> &parts) {
  llvm::BLAKE3 hasher;
  for (const std::string &part : parts) {
    uint8_t length[8];
    llvm::support::endian::write64le(length, part.size());
    hasher.update(length);
    hasher.update(part);
  }
  return llvm::toHex(hasher.final<8>(), /*LowerCase=*/true);
}

bool reportOrder(const Finding &a, const Finding &b) {
  // The fingerprint last, so that findings which read the same still have one order.
  return std::tie(a.location, a.check, a.message, a.fingerprint) <
         std::tie(b.location, b.check, b.message, b.fingerprint);
}

} // namespace kmem
