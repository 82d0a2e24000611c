#include "runtime/kernel/profile.h"

#include <charconv>

namespace kmem::sim {

namespace {

constexpr uint64_t mebibyte = uint64_t(1) << 20;
constexpr uint64_t minimumMemory = 32 * mebibyte; // below, a 6.12 does not reach init
constexpr uint64_t maximumMemory = uint64_t(64) << 30;
constexpr unsigned maximumCpus = 64;

constexpr Release release61{6, 1, 192};
constexpr Release release612{6, 12, 117};

Profile ownBuild(Release release) {
  Profile p;
  p.release = release;
  return p;
}

/// oracle/configs/base.config with dbg.config.
Profile debugBuild(Release release) {
  Profile p = ownBuild(release);
  p.debugAtomicSleep = p.proveLocking = p.proveRawLockNesting = p.proveRcu = true;
  p.debugVm = p.debugVmPgflags = p.debugVirtual = p.debugObjects = p.debugPreempt = true;
  p.listHardened = true;
  p.failslab = p.failPageAlloc = true;
  return p;
}

/// base.config with kasan.config.
Profile kasanBuild(Release release) {
  Profile p = ownBuild(release);
  p.kasan = p.debugVm = p.pageExtension = true;
  p.memoryBytes = 512 * mebibyte;
  return p;
}

Profile debianBuild(Release release) {
  Profile p = ownBuild(release);
  p.preemption = Preemption::Voluntary;
  p.memoryBytes = 512 * mebibyte;
  p.bugOnDataCorruption = p.listHardened = true;
  p.slabFreelistRandom = p.slabFreelistHardened = p.initOnAlloc = true;
  p.slabBuckets = release.atLeast(6, 12);
  p.numa = p.net = p.distribution = p.pageExtension = true;
  return p;
}

struct Tag {
  std::string_view name;
  Profile (*make)(Release);
  Release release;
};
constexpr Tag tags[] = {
    {"612", debugBuild, release612},     {"612dbg", debugBuild, release612}, {"612kasan", kasanBuild, release612},
    {"deb612", debianBuild, release612}, {"61", debugBuild, release61},      {"61dbg", debugBuild, release61},
    {"61kasan", kasanBuild, release61},  {"deb61", debianBuild, release61},
};

/// "FZPU": every character is an option letter.
std::optional<SlubDebug> parseSlubDebug(std::string_view letters) {
  SlubDebug debug;
  for (char letter : letters)
    switch (letter) {
    case 'F':
      debug.consistencyChecks = true;
      break;
    case 'Z':
      debug.redZone = true;
      break;
    case 'P':
      debug.poison = true;
      break;
    case 'U':
      debug.storeUser = true;
      break;
    default:
      return std::nullopt;
    }
  return debug;
}

/// "256M", "2G".
std::optional<uint64_t> parseMemory(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.data() + text.size() - end != 1 || number > (uint64_t(1) << 20))
    return std::nullopt;
  if (*end == 'M')
    return number * mebibyte;
  if (*end == 'G')
    return number * 1024 * mebibyte;
  return std::nullopt;
}

bool applySuffix(Profile &profile, std::string_view suffix) {
  if (suffix == "noboost") {
    profile.watermarkBoost = false;
  } else if (auto memory = parseMemory(suffix)) {
    profile.memoryBytes = *memory;
  } else if (auto debug = parseSlubDebug(suffix); debug && debug->any()) {
    profile.slubDebug = *debug;
  } else {
    return false;
  }
  return true;
}

} // namespace

std::optional<Profile> profileNamed(std::string_view name) {
  const std::string_view tag = name.substr(0, name.find('-'));
  for (const Tag &known : tags) {
    if (known.name != tag)
      continue;
    Profile profile = known.make(known.release);
    profile.tag = name;
    for (std::string_view rest = name.substr(tag.size()); !rest.empty();) {
      rest.remove_prefix(1);
      const std::string_view suffix = rest.substr(0, rest.find('-'));
      if (!applySuffix(profile, suffix))
        return std::nullopt;
      rest.remove_prefix(suffix.size());
    }
    settle(profile);
    return profile;
  }
  return std::nullopt;
}

std::vector<std::string> profileTags() {
  std::vector<std::string> names;
  for (const Tag &tag : tags)
    names.emplace_back(tag.name);
  return names;
}

void settle(Profile &profile) { profile.gfp = GfpFlags::of(profile.release, profile.proveLocking, profile.memcg); }

std::string problemWith(const Profile &profile) {
  const std::string mib = std::to_string(profile.memoryBytes / mebibyte) + " MiB";
  if (profile.memoryBytes < minimumMemory)
    return "memory: " + mib + " is below the minimum of " + std::to_string(minimumMemory / mebibyte) + " MiB";
  if (profile.memoryBytes > maximumMemory)
    return "memory: " + mib + " is above the maximum of " + std::to_string(maximumMemory / mebibyte) + " MiB";
  if (profile.memoryBytes % mebibyte)
    return "memory: " + std::to_string(profile.memoryBytes) + " bytes is not a whole number of MiB";
  if (profile.cpus == 0 || profile.cpus > maximumCpus)
    return "cpus: " + std::to_string(profile.cpus) + " is not between 1 and " + std::to_string(maximumCpus);
  if (profile.nodes == 0 || profile.nodes > 2)
    return "nodes: " + std::to_string(profile.nodes) + " is neither 1 nor 2";
  return "";
}

} // namespace kmem::sim
