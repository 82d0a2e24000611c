// krealloc(), and the small functions of mm/util.c that copy into fresh memory.
#include "runtime/alloc/kmalloc.h"

#include <algorithm>
#include <vector>

namespace kmem::sim {

namespace {

void copy(Memory &memory, Address to, Address from, uint64_t bytes) {
  std::vector<std::byte> content(bytes);
  memory.read(from, content);
  memory.write(to, content);
}

} // namespace

/// What fits stays where it is; otherwise all of the old object, as ksize() sees it, is copied. With 0 it is freed.
Address Kmalloc::krealloc(Address object, uint64_t size, Gfp gfp) {
  if (!size) {
    kfree(object);
    return zeroSizePointer;
  }
  SlabSanitizer *sanitizer = slub.slabSanitizer();
  if (!isZeroOrNull(object) && sanitizer && !sanitizer->checkByte(object))
    return 0;
  const uint64_t former = ksize(object);
  if (former >= size) {
    if (kernel.profile.initOnAlloc || (gfp & kernel.profile.gfp.zero))
      kernel.memory.fill(object + size, 0, former - size);
    if (sanitizer)
      sanitizer->kreallocInPlace(object, size, gfp);
    return object;
  }
  const Address grown = kmalloc(size, gfp);
  if (!grown)
    return 0;
  if (object)
    copy(kernel.memory, grown, object, former);
  kfree(object);
  return grown;
}

Address Kmalloc::kreallocArray(Address object, uint64_t count, uint64_t size, Gfp gfp) {
  uint64_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? 0 : krealloc(object, bytes, gfp);
}

Address Kmalloc::kmemdup(Address from, uint64_t size, Gfp gfp) {
  const Address made = kmalloc(size, gfp);
  if (!isZeroOrNull(made))
    copy(kernel.memory, made, from, size);
  return made;
}

Address Kmalloc::kmemdupNul(Address from, uint64_t size, Gfp gfp) {
  if (!from)
    return 0;
  const Address made = kmalloc(size + 1, gfp);
  if (!made)
    return 0;
  copy(kernel.memory, made, from, size);
  kernel.memory.store<uint8_t>(made + size, 0);
  return made;
}

Address Kmalloc::kstrdup(Address text, Gfp gfp) {
  return text ? kmemdup(text, stringLength(text, UINT64_MAX) + 1, gfp) : 0;
}

Address Kmalloc::kstrdupConst(Address text, Gfp gfp) { return isConstant(text) ? text : kstrdup(text, gfp); }

Address Kmalloc::kstrndup(Address text, uint64_t maximum, Gfp gfp) {
  return text ? kmemdupNul(text, stringLength(text, maximum), gfp) : 0;
}

Address Kmalloc::kasprintf(Gfp gfp, std::string_view text) {
  const Address made = kmalloc(text.size() + 1, gfp);
  if (!made)
    return 0;
  kernel.memory.write(made, std::as_bytes(std::span(text)));
  kernel.memory.store<uint8_t>(made + text.size(), 0);
  return made;
}

uint64_t Kmalloc::stringLength(Address text, uint64_t maximum) const {
  uint64_t length = 0;
  while (length < maximum && kernel.memory.load<uint8_t>(text + length))
    ++length;
  return length;
}

/// is_kernel_rodata().
bool Kmalloc::isConstant(Address address) const {
  const KernelImage image = kernelImageOf(kernel.profile);
  return address >= kernelTextStart + image.rodata && address < kernelTextStart + image.data;
}

} // namespace kmem::sim
