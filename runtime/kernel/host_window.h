// Simulated memory that native code can dereference: all frames in one memory file, mapped once in a row as the direct
// map, and page by page again where the vmalloc and per-CPU areas are. Pages that are not mapped there fault in the
// host. Linux only. One window belongs to one machine.
#pragma once

#include "runtime/kernel/layout.h"

#include <cstddef>
#include <memory>
#include <string>

namespace kmem::sim {

class HostWindow {
public:
  /// A window for frames up to `bytes`; null, and the reason in `problem`, when the host will not give the address
  /// space.
  static std::unique_ptr<HostWindow> open(uint64_t bytes, std::string &problem);
  ~HostWindow();
  HostWindow(const HostWindow &) = delete;
  HostWindow &operator=(const HostWindow &) = delete;

  uint64_t bytes() const { return direct.size; }
  std::byte *directMap() const { return direct.host; }
  /// Makes `address` of the vmalloc area show the frame. False when the host refuses (it limits the number of mappings)
  /// or the address is beyond the part of the area that the window covers.
  bool map(Address address, Pfn pfn);
  void unmap(Address address);
  void zero(Pfn pfn);

  std::byte *hostAddress(Address address) const;
  Address fromHost(const void *pointer) const;

private:
  struct Region {
    Address start;
    uint64_t size;
    std::byte *host;
    bool contains(Address address) const { return address - start < size; }
  };
  explicit HostWindow(int file) : file(file) {}
  const Region *regionOf(Address address) const;

  int file;
  Region direct{directMapStart, 0, nullptr};
  Region vmalloc{vmallocStart, 0, nullptr}; ///< areas are placed from its beginning
  Region percpu{percpuStart, 0, nullptr};   ///< chunks are placed down from its end
};

} // namespace kmem::sim
