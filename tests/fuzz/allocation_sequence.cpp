#include "tests/fuzz/allocation_sequence.h"

#include "runtime/sim/system.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace kmem::test {

using namespace kmem::sim;

namespace {

constexpr uint64_t machineBytes = uint64_t(256) << 20;
constexpr uint64_t mostLiveBytes = machineBytes / 4; ///< beyond it the kernel may rightly panic
constexpr size_t mostOperations = 400;
constexpr size_t mostLive = 200;
constexpr uint64_t tagBytes = 8; ///< written at both ends of an allocation

[[noreturn]] void broken(const std::string &law) {
  std::fprintf(stderr, "law broken: %s\n", law.c_str());
  std::abort();
}

/// The bytes, read to their end and then zeros.
class Input {
public:
  explicit Input(std::span<const uint8_t> bytes) : bytes(bytes) {}
  bool empty() const { return bytes.empty(); }
  uint8_t byte() {
    if (bytes.empty())
      return 0;
    const uint8_t first = bytes.front();
    bytes = bytes.subspan(1);
    return first;
  }
  uint16_t word() { return uint16_t(byte() | byte() << 8); }
  /// Small sizes often, large ones sometimes.
  uint64_t size() {
    const unsigned shift = byte() % 12;
    return uint64_t(word()) << shift >> 4;
  }

private:
  std::span<const uint8_t> bytes;
};

enum class Family : uint8_t { Kmalloc, Pages, Cache, Vmalloc, Kvmalloc, Percpu, Mempool, Coherent };
constexpr unsigned families = 8;

struct Allocation {
  Family family;
  Address address; ///< or percpu pointer
  uint64_t size;   ///< usable; 0: nothing to tag
  uint64_t extra;  ///< order, bus address
  uint64_t tag;
};

struct Fixture {
  CacheId cache = noCache;
  MempoolId pool = 0;
  DeviceId device = 0;
};

Profile smallProfile() {
  Profile profile = *profileNamed("612dbg");
  profile.memoryBytes = machineBytes;
  settle(profile);
  return profile;
}

/// One machine for all inputs, taken back to its first snapshot before each.
struct Machine {
  Machine() {
    fixture.cache = system.slub.create({.name = "fuzzed", .size = 104, .flags = system.slub.flags.noMerge});
    fixture.pool = system.mempools.createKmalloc(2, 200);
    fixture.device = system.dma.addDevice("platform", "fuzzed");
    start = system.snapshot();
  }
  System system{smallProfile(), 1};
  Fixture fixture;
  System::Snapshot start;
};

class Life {
public:
  Life(Machine &machine, std::span<const uint8_t> bytes)
      : system(machine.system), fixture(machine.fixture), input(bytes), gfp(system.profile().gfp) {}

  void runLegally();
  void runWildly();
  std::string log() const;

private:
  void step();
  void allocate();
  std::optional<Allocation> allocateFrom(Family family);
  void release(size_t i);
  void resize(size_t i);
  void chooseFaults();
  void takeSnapshot();
  void restoreSnapshot();
  void tag(Allocation &allocation);
  void checkTag(const Allocation &allocation);
  void checkAlone(const Allocation &allocation);
  void checkSilence();
  Gfp flags();
  uint64_t liveBytes() const;

  System &system;
  const Fixture fixture;
  Input input;
  const GfpFlags &gfp;
  std::vector<Allocation> live;
  std::map<Address, uint64_t> ranges; ///< of what is live, by start
  uint64_t nextTag = 1;
  struct Kept {
    System::Snapshot snapshot;
    std::vector<Allocation> live;
    std::map<Address, uint64_t> ranges;
  };
  std::optional<Kept> kept;
  Console::Mark checked = 0;
};

void Life::runLegally() {
  checked = system.kernel.console.mark();
  for (size_t i = 0; i < mostOperations && !input.empty(); ++i)
    step();
  system.faults.restore(KernelFaults::State{});
  while (!live.empty())
    release(live.size() - 1);
  checkSilence();
}

void Life::step() {
  const uint8_t operation = input.byte() % 16;
  if (operation < 8)
    allocate();
  else if (operation < 12 && !live.empty())
    release(input.byte() % live.size());
  else if (operation == 12 && !live.empty())
    resize(input.byte() % live.size());
  else if (operation == 13)
    chooseFaults();
  else if (operation == 14)
    takeSnapshot();
  else if (operation == 15)
    restoreSnapshot();
  checkSilence();
}

Gfp Life::flags() {
  switch (input.byte() % 5) {
  case 0:
    return gfp.kswapdReclaim | gfp.high | gfp.nowarn;
  case 1:
    return gfp.kernel() | gfp.nowarn | gfp.noretry;
  case 2:
    return gfp.kernel() | gfp.zero | gfp.nowarn | gfp.noretry;
  case 3:
    return gfp.reclaim() | gfp.nowarn | gfp.noretry;
  default:
    return gfp.kswapdReclaim | gfp.nowarn;
  }
}

uint64_t Life::liveBytes() const {
  uint64_t sum = 0;
  for (const Allocation &allocation : live)
    sum += allocation.size;
  return sum;
}

void Life::allocate() {
  if (live.size() == mostLive || liveBytes() > mostLiveBytes)
    return;
  std::optional<Allocation> made = allocateFrom(Family(input.byte() % families));
  if (!made || made->address <= zeroSizePointer)
    return;
  checkAlone(*made);
  tag(*made);
  live.push_back(*made);
}

std::optional<Allocation> Life::allocateFrom(Family family) {
  const uint64_t size = input.size();
  switch (family) {
  case Family::Kmalloc: {
    const Address object = system.kmalloc.kmalloc(size, flags());
    return Allocation{family, object, size, 0, 0};
  }
  case Family::Pages: {
    const unsigned order = unsigned(size % 6);
    const std::optional<Pfn> pfn = system.pages.allocate(flags(), order);
    return Allocation{family, pfn ? pageToVirt(*pfn) : 0, pageSize << order, order, 0};
  }
  case Family::Cache:
    return Allocation{family, system.slub.allocate(fixture.cache, flags()), 104, 0, 0};
  case Family::Vmalloc:
    return Allocation{family, size ? system.vmalloc.allocate(size, gfp.kernel() | gfp.nowarn) : 0, size, 0, 0};
  case Family::Kvmalloc:
    return Allocation{family, system.kvmalloc.kvmalloc(size, gfp.kernel() | gfp.nowarn | gfp.noretry), size, 0, 0};
  case Family::Percpu:
    return Allocation{family, system.percpu.allocate(1 + size % 512, 8, gfp.kernel() | gfp.nowarn), 0, 0, 0};
  case Family::Mempool:
    return Allocation{family, system.mempools.allocate(fixture.pool, gfp.kswapdReclaim | gfp.nowarn), 200, 0, 0};
  case Family::Coherent: {
    const uint64_t bytes = 1 + size % 20000;
    const CoherentMemory memory = system.dma.allocateCoherent(fixture.device, bytes, gfp.kernel() | gfp.nowarn);
    return Allocation{family, memory.address, bytes, memory.bus, 0};
  }
  }
  return std::nullopt;
}

void Life::release(size_t i) {
  const Allocation gone = live[i];
  checkTag(gone);
  live.erase(live.begin() + long(i));
  if (gone.size)
    ranges.erase(gone.address);
  switch (gone.family) {
  case Family::Kmalloc:
    return system.kmalloc.kfree(gone.address);
  case Family::Pages:
    return system.pages.freePages(gone.address, unsigned(gone.extra));
  case Family::Cache:
    return system.slub.free(fixture.cache, gone.address);
  case Family::Vmalloc:
    return system.vmalloc.vfree(gone.address);
  case Family::Kvmalloc:
    return system.kvmalloc.kvfree(gone.address);
  case Family::Percpu:
    return system.percpu.free(gone.address);
  case Family::Mempool:
    return system.mempools.free(fixture.pool, gone.address);
  case Family::Coherent:
    return system.dma.freeCoherent(fixture.device, gone.size, {gone.address, gone.extra});
  }
}

void Life::resize(size_t i) {
  Allocation &old = live[i];
  const uint64_t size = input.size() + 1;
  if (old.family != Family::Kmalloc)
    return;
  checkTag(old);
  const Address grown = system.kmalloc.krealloc(old.address, size, gfp.kernel() | gfp.nowarn | gfp.noretry);
  if (!grown)
    return;
  if (old.size >= 2 * tagBytes && size >= tagBytes && system.kernel.memory.load<uint64_t>(grown) != old.tag)
    broken("krealloc() keeps the contents");
  ranges.erase(old.address);
  old.address = grown;
  old.size = size;
  checkAlone(old);
  tag(old);
}

void Life::chooseFaults() {
  const uint8_t choice = input.byte();
  FaultAttr attr{.probability = uint64_t(choice % 3) * 50, .interval = uint64_t(1 + choice % 7), .times = -1};
  attr.verbose = 0;
  system.faults.failslab() = {attr, (choice & 8) != 0, false};
  system.faults.failPageAlloc() = {attr, true, (choice & 16) != 0, uint32_t(choice >> 6)};
}

void Life::takeSnapshot() { kept = Kept{system.snapshot(), live, ranges}; }

void Life::restoreSnapshot() {
  if (!kept)
    return;
  system.restore(kept->snapshot);
  live = kept->live;
  ranges = kept->ranges;
  checked = system.kernel.console.mark();
  for (const Allocation &allocation : live)
    checkTag(allocation);
}

/// The kernel may write to what is free only.
void Life::tag(Allocation &allocation) {
  allocation.tag = nextTag++ * 0x9e3779b97f4a7c15;
  if (allocation.size < 2 * tagBytes)
    return;
  system.kernel.memory.store(allocation.address, allocation.tag);
  system.kernel.memory.store(allocation.address + allocation.size - tagBytes, ~allocation.tag);
}

void Life::checkTag(const Allocation &allocation) {
  if (allocation.size < 2 * tagBytes)
    return;
  const Memory &memory = system.kernel.memory;
  if (memory.load<uint64_t>(allocation.address) != allocation.tag ||
      memory.load<uint64_t>(allocation.address + allocation.size - tagBytes) != ~allocation.tag)
    broken("memory that is allocated keeps what was written to it");
}

void Life::checkAlone(const Allocation &allocation) {
  if (!allocation.size)
    return;
  const auto next = ranges.lower_bound(allocation.address);
  if (next != ranges.end() && next->first < allocation.address + allocation.size)
    broken("allocations do not overlap");
  if (next != ranges.begin() && std::prev(next)->first + std::prev(next)->second > allocation.address)
    broken("allocations do not overlap");
  ranges[allocation.address] = allocation.size;
}

void Life::checkSilence() {
  for (const std::string &line : system.kernel.console.since(checked))
    for (const char *report : {"BUG", "WARNING", "Oops", "general protection"})
      if (line.find(report) != std::string::npos)
        broken("legal calls are not reported: " + line);
  checked = system.kernel.console.mark();
}

/// Frees and pointers as they come.
void Life::runWildly() {
  std::vector<Address> known{0, zeroSizePointer, directMapStart, vmallocStart, kernelTextStart};
  for (size_t i = 0; i < mostOperations && !input.empty(); ++i) {
    const uint8_t operation = input.byte();
    const Address address = known[input.byte() % known.size()] + (operation & 0x80 ? input.word() : 0);
    switch (operation % 9) {
    case 0:
      system.kmalloc.kfree(address);
      break;
    case 1:
      system.vmalloc.vfree(address);
      break;
    case 2:
      system.kvmalloc.kvfree(address);
      break;
    case 3:
      system.pages.freePages(address, input.byte() % 11);
      break;
    case 4:
      system.slub.free(fixture.cache, address);
      break;
    case 5:
      system.kernel.memory.store<uint32_t>(address, operation);
      break;
    case 6:
      system.vmalloc.vunmap(address);
      break;
    default:
      if (const std::optional<Allocation> made = allocateFrom(Family(input.byte() % 5)))
        known.push_back(made->address);
    }
  }
}

/// What two equal lives must have in common.
std::string Life::log() const {
  std::string all = system.oracle.log().text() + std::to_string(system.pages.freePageCount());
  for (const std::string &line : system.kernel.console.since(0))
    all += "\n" + line;
  return all;
}

std::string liveOnce(Machine &machine, std::span<const uint8_t> bytes) {
  machine.system.restore(machine.start);
  const bool wild = !bytes.empty() && bytes[0] % 4 == 3;
  Life life(machine, bytes.empty() ? bytes : bytes.subspan(1));
  try {
    if (wild)
      life.runWildly();
    else
      life.runLegally();
  } catch (const Death &) {
    if (!wild)
      broken("legal calls do not kill:\n" + life.log());
  }
  return life.log();
}

} // namespace

void runAllocationSequence(std::span<const uint8_t> bytes) {
  static Machine machine; // booting takes longer than a life
  const std::string first = liveOnce(machine, bytes);
  const bool twice = !bytes.empty() && bytes[0] % 16 == 0;
  if (twice && liveOnce(machine, bytes) != first)
    broken("the same input gives the same log");
}

} // namespace kmem::test
