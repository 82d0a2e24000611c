#include "runtime/models/image_text.h"

namespace kmem::replay {

static constexpr size_t longestText = 128;

std::string imageText(ModelCall &call, Address address) {
  std::string text;
  while (address && text.size() < longestText) {
    const Value byte = call.load(address + text.size(), 8);
    if (!byte.isKnown() || !byte.bits())
      break;
    text += char(byte.bits());
  }
  return text;
}

} // namespace kmem::replay
