// Which kernel a machine simulates: release, configuration, boot parameters and hardware. Everything that differs
// between two kernels is decided by a field here, never by the name of the profile.
#pragma once

#include "runtime/kernel/gfp.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kmem::sim {

struct Release {
  unsigned major, minor, patch;
  auto operator<=>(const Release &) const = default;
  bool atLeast(unsigned wantedMajor, unsigned wantedMinor) const {
    return major != wantedMajor ? major > wantedMajor : minor >= wantedMinor;
  }
};

enum class Preemption : uint8_t { Voluntary, Full };

/// slub_debug= as bits of the option's letters.
struct SlubDebug {
  bool consistencyChecks = false; ///< F
  bool redZone = false;           ///< Z
  bool poison = false;            ///< P
  bool storeUser = false;         ///< U
  bool any() const { return consistencyChecks || redZone || poison || storeUser; }
  bool operator==(const SlubDebug &) const = default;
};

struct Profile {
  std::string tag; ///< for people only
  Release release{6, 12, 117};
  uint64_t memoryBytes = uint64_t(256) << 20; ///< what QEMU's -m said
  unsigned cpus = 2;
  unsigned nodes = 1;
  unsigned hz = 250;

  // Kconfig
  Preemption preemption = Preemption::Full;
  bool memcg = true;
  bool kasan = false; ///< generic, with KASAN_VMALLOC
  bool debugAtomicSleep = false;
  bool proveLocking = false;
  bool proveRawLockNesting = false;
  bool proveRcu = false;
  bool debugVm = false;
  bool debugVmPgflags = false;
  bool debugVirtual = false;
  bool debugObjects = false; ///< with _FREE, _RCU_HEAD, _TIMERS and _WORK
  bool debugPreempt = false;
  bool listHardened = false;
  bool bugOnDataCorruption = false;
  bool failslab = false;
  bool failPageAlloc = false;
  bool failUserCopy = false;
  bool slabFreelistRandom = false;
  bool slabFreelistHardened = false;
  bool slabBuckets = false;
  bool initOnAlloc = false;
  bool pageExtension = false;
  bool numa = false;
  bool net = false;           ///< networking and block, hence their caches and reserves
  bool distribution = false;  ///< a distribution's image: module signatures, ACPI, PCI and so on are there
  bool hashedPointers = true; ///< %p prints a hash; the early-boot "(____ptrval____)" is part of it

  // Command line
  SlubDebug slubDebug;
  bool watermarkBoost = true; ///< watermark_boost_factor != 0

  GfpFlags gfp{};
};

/// The profile that a tag of shared/truth/README.md names, with the suffixes of its file names: "612dbg",
/// "612dbg-FZPU", "deb61", "612kasan", "612dbg-512M", "61dbg-FZPU-256M". Nothing when the tag is unknown.
std::optional<Profile> profileNamed(std::string_view name);

/// The tags that profileNamed() knows, for messages.
std::vector<std::string> profileTags();

/// Call after changing fields: recomputes what follows from others (the numbers of the GFP flags).
void settle(Profile &profile);

/// Why no machine can have this profile ("memory: 3 MiB is below the minimum of 32 MiB"), or "" when one can.
std::string problemWith(const Profile &profile);

} // namespace kmem::sim
