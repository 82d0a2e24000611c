#include "runtime/kernel/host_window.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace kmem::sim {

namespace {

// Guards and fragmentation take more room than memory; 16 GiB of address space cost nothing.
constexpr uint64_t leastVmalloc = uint64_t(16) << 30;
constexpr uint64_t vmallocPerByte = 4;

std::byte *reserve(uint64_t size) {
  void *at = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<std::byte *>(at);
}

std::string because(const char *what) { return std::string(what) + ": " + std::strerror(errno); }

} // namespace

std::unique_ptr<HostWindow> HostWindow::open(uint64_t bytes, std::string &problem) {
  std::unique_ptr<HostWindow> window(new HostWindow(memfd_create("kmem-sim", MFD_CLOEXEC)));
  if (window->file < 0 || ftruncate(window->file, off_t(bytes)) != 0) {
    problem = because("a memory file for the machine's memory");
    return nullptr;
  }
  void *direct = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, window->file, 0);
  if (direct == MAP_FAILED) {
    problem = because("address space for the direct map");
    return nullptr;
  }
  window->direct = {directMapStart, bytes, static_cast<std::byte *>(direct)};
  for (auto [region, size] : {std::pair{&window->vmalloc, std::max(leastVmalloc, bytes * vmallocPerByte)},
                              std::pair{&window->percpu, vmallocEnd + 1 - percpuStart}}) {
    region->host = reserve(size);
    if (!region->host) {
      problem = because("address space for the vmalloc area");
      return nullptr;
    }
    region->size = size;
  }
  return window;
}

HostWindow::~HostWindow() {
  for (const Region *region : {&direct, &vmalloc, &percpu})
    if (region->host)
      munmap(region->host, region->size);
  if (file >= 0)
    close(file);
}

bool HostWindow::map(Address address, Pfn pfn) {
  const Region *region = regionOf(address);
  if (!region || region == &direct)
    return !isVmallocAddress(address); // modules and the fixmap are not shown to native code
  void *at = region->host + ((address & pageMask) - region->start);
  return mmap(at, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, off_t(pfn << pageShift)) !=
         MAP_FAILED;
}

void HostWindow::unmap(Address address) {
  const Region *region = regionOf(address);
  if (!region || region == &direct)
    return;
  void *at = region->host + ((address & pageMask) - region->start);
  mmap(at, pageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

void HostWindow::zero(Pfn pfn) { std::memset(direct.host + (pfn << pageShift), 0, pageSize); }

const HostWindow::Region *HostWindow::regionOf(Address address) const {
  for (const Region *region : {&direct, &vmalloc, &percpu})
    if (region->contains(address))
      return region;
  return nullptr;
}

std::byte *HostWindow::hostAddress(Address address) const {
  const Region *region = regionOf(address);
  return region ? region->host + (address - region->start) : nullptr;
}

Address HostWindow::fromHost(const void *pointer) const {
  for (const Region *region : {&direct, &vmalloc, &percpu}) {
    const uint64_t offset = uint64_t(reinterpret_cast<uintptr_t>(pointer)) - reinterpret_cast<uintptr_t>(region->host);
    if (offset < region->size)
      return region->start + offset;
  }
  return 0;
}

} // namespace kmem::sim
