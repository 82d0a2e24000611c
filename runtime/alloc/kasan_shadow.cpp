#include "runtime/alloc/kasan_shadow.h"

namespace kmem::sim {

namespace {

constexpr Address directMapEnd = vmallocStart;

constexpr uint64_t granuleInFrame(Address address) { return (address & ~pageMask) / shadowGranule; }
constexpr uint64_t granuleInShadowPage(Address address) { return address % memoryPerShadowPage / shadowGranule; }

} // namespace

bool KasanShadow::isDirect(Address address) { return address >= directMapStart && address < directMapEnd; }
bool KasanShadow::isSparse(Address address) {
  return isVmallocAddress(address) || (address >= modulesStart && address < modulesEnd);
}

std::optional<uint8_t> KasanShadow::at(Address address) const {
  if (isDirect(address))
    return direct.read((address - directMapStart) >> pageShift).bytes[granuleInFrame(address)];
  if (!isSparse(address))
    return image.read((address - kernelTextStart) / memoryPerShadowPage).bytes[granuleInShadowPage(address)];
  if (!sparse.isBacked(sparseIndex(address)))
    return std::nullopt;
  return sparse.read(sparseIndex(address)).bytes[granuleInShadowPage(address)];
}

void KasanShadow::set(Address address, uint8_t value) {
  if (isDirect(address)) {
    OfFrame &of = direct.write((address - directMapStart) >> pageShift);
    of.bytes[granuleInFrame(address)] = value;
    of.marked = true;
  } else if (isSparse(address)) {
    if (sparse.isBacked(sparseIndex(address)))
      sparse.write(sparseIndex(address)).bytes[granuleInShadowPage(address)] = value;
  } else {
    image.write((address - kernelTextStart) / memoryPerShadowPage).bytes[granuleInShadowPage(address)] = value;
  }
}

void KasanShadow::poison(Address start, uint64_t bytes, uint8_t value) {
  while (bytes && isDirect(start)) { // frame by frame: pages and slabs are poisoned as a whole
    const uint64_t here = std::min(bytes, pageSize - (start & ~pageMask));
    OfFrame &of = direct.write((start - directMapStart) >> pageShift);
    std::memset(of.bytes + granuleInFrame(start), value, here / shadowGranule);
    of.marked = true;
    start += here;
    bytes -= here;
  }
  for (; bytes; bytes -= std::min(bytes, shadowGranule), start += shadowGranule)
    set(start, value);
}

void KasanShadow::unpoison(Address start, uint64_t bytes) {
  poison(start, (bytes + shadowGranule - 1) & ~(shadowGranule - 1), 0);
  poisonLastGranule(start, bytes);
}

void KasanShadow::poisonLastGranule(Address start, uint64_t bytes) {
  if (bytes % shadowGranule)
    set(start + bytes, bytes % shadowGranule);
}

void KasanShadow::populate(Address start, Address end) {
  for (Address at = start & ~(memoryPerShadowPage - 1); at < end; at += memoryPerShadowPage)
    if (!sparse.isBacked(sparseIndex(at)))
      std::memset(sparse.write(sparseIndex(at)).bytes, ShadowVmallocInvalid, pageSize);
}

} // namespace kmem::sim
