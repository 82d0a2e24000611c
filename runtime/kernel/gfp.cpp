#include "runtime/kernel/gfp.h"

#include "runtime/kernel/profile.h"

#include <algorithm>
#include <iterator>

namespace kmem::sim {

GfpFlags GfpFlags::of(const Release &release, bool lockdep, bool memcg) {
  const bool is612 = release.atLeast(6, 12);
  GfpFlags f{};
  f.dma = 1u << 0;
  f.highmem = 1u << 1;
  f.dma32 = 1u << 2;
  f.movable = 1u << 3;
  f.reclaimable = 1u << 4;
  f.high = 1u << 5;
  f.io = 1u << 6;
  f.fs = 1u << 7;
  f.zero = 1u << 8;
  f.atomic = is612 ? 0 : 1u << 9; // gone since 6.3, bit 9 is ___GFP_UNUSED
  f.directReclaim = 1u << 10;
  f.kswapdReclaim = 1u << 11;
  f.write = 1u << 12;
  f.nowarn = 1u << 13;
  f.retryMayfail = 1u << 14;
  f.nofail = 1u << 15;
  f.noretry = 1u << 16;
  f.memalloc = 1u << 17;
  f.comp = 1u << 18;
  f.nomemalloc = 1u << 19;
  f.hardwall = 1u << 20;
  f.thisnode = 1u << 21;
  f.account = 1u << 22;
  f.zerotags = 1u << 23;
  // Above here 6.12 numbers what the configuration has; 6.1 has fixed numbers (gfp_types.h of each). Without
  // KASAN_HW_TAGS the skip flags are 0 in both.
  if (is612) {
    unsigned bit = 24;
    if (lockdep)
      f.nolockdep = 1u << bit++;
    if (memcg)
      f.noObjExt = 1u << bit++; // CONFIG_SLAB_OBJ_EXT
    f.bitsShift = bit;
  } else {
    f.nolockdep = lockdep ? 1u << 27 : 0;
    f.bitsShift = 27 + (lockdep ? 1 : 0);
  }
  return f;
}

namespace {

struct NamedFlag {
  std::string_view name;
  Gfp GfpFlags::*value;
};
/// In the order in which %pGg prints them (include/trace/events/mmflags.h), then those it does not know by name.
constexpr NamedFlag single[] = {
    {"__GFP_HIGHMEM", &GfpFlags::highmem},
    {"__GFP_HIGH", &GfpFlags::high},
    {"__GFP_ATOMIC", &GfpFlags::atomic},
    {"__GFP_IO", &GfpFlags::io},
    {"__GFP_FS", &GfpFlags::fs},
    {"__GFP_NOWARN", &GfpFlags::nowarn},
    {"__GFP_RETRY_MAYFAIL", &GfpFlags::retryMayfail},
    {"__GFP_NOFAIL", &GfpFlags::nofail},
    {"__GFP_NORETRY", &GfpFlags::noretry},
    {"__GFP_COMP", &GfpFlags::comp},
    {"__GFP_ZERO", &GfpFlags::zero},
    {"__GFP_NOMEMALLOC", &GfpFlags::nomemalloc},
    {"__GFP_MEMALLOC", &GfpFlags::memalloc},
    {"__GFP_HARDWALL", &GfpFlags::hardwall},
    {"__GFP_THISNODE", &GfpFlags::thisnode},
    {"__GFP_RECLAIMABLE", &GfpFlags::reclaimable},
    {"__GFP_MOVABLE", &GfpFlags::movable},
    {"__GFP_ACCOUNT", &GfpFlags::account},
    {"__GFP_WRITE", &GfpFlags::write},
    {"__GFP_DIRECT_RECLAIM", &GfpFlags::directReclaim},
    {"__GFP_KSWAPD_RECLAIM", &GfpFlags::kswapdReclaim},
    {"__GFP_ZEROTAGS", &GfpFlags::zerotags},
    {"__GFP_DMA", &GfpFlags::dma},
    {"__GFP_DMA32", &GfpFlags::dma32},
    {"__GFP_SKIP_ZERO", &GfpFlags::skipZero},
    {"__GFP_SKIP_KASAN", &GfpFlags::skipKasan},
    {"__GFP_NOLOCKDEP", &GfpFlags::nolockdep},
    {"__GFP_NO_OBJ_EXT", &GfpFlags::noObjExt},
};
constexpr size_t printedFlags = 22;

struct Composite {
  std::string_view name;
  Gfp (*value)(const GfpFlags &);
};
/// Longest first, which is the order %pGg looks in (include/trace/events/mmflags.h).
constexpr Composite composites[] = {
    {"GFP_TRANSHUGE",
     [](const GfpFlags &f) {
       return ((f.kernel() | f.hardwall | f.highmem | f.movable | f.comp | f.nomemalloc | f.nowarn) & ~f.reclaim()) |
              f.directReclaim;
     }},
    {"GFP_TRANSHUGE_LIGHT",
     [](const GfpFlags &f) {
       return (f.kernel() | f.hardwall | f.highmem | f.movable | f.comp | f.nomemalloc | f.nowarn) & ~f.reclaim();
     }},
    {"GFP_HIGHUSER_MOVABLE",
     [](const GfpFlags &f) { return f.kernel() | f.hardwall | f.highmem | f.movable | f.skipKasan; }},
    {"GFP_HIGHUSER", [](const GfpFlags &f) { return f.kernel() | f.hardwall | f.highmem; }},
    {"GFP_USER", [](const GfpFlags &f) { return f.kernel() | f.hardwall; }},
    {"GFP_KERNEL_ACCOUNT", [](const GfpFlags &f) { return f.kernel() | f.account; }},
    {"GFP_KERNEL", [](const GfpFlags &f) { return f.kernel(); }},
    {"GFP_NOFS", [](const GfpFlags &f) { return f.reclaim() | f.io; }},
    {"GFP_ATOMIC", [](const GfpFlags &f) { return f.atomicAllocation(); }},
    {"GFP_NOIO", [](const GfpFlags &f) { return f.reclaim(); }},
    // 6.12's carries NOWARN (include/linux/gfp_types.h)
    {"GFP_NOWAIT", [](const GfpFlags &f) { return f.kswapdReclaim | (f.atomic ? 0 : f.nowarn); }},
    {"GFP_DMA", [](const GfpFlags &f) { return f.dma; }},
    {"GFP_DMA32", [](const GfpFlags &f) { return f.dma32; }},
    {"__GFP_RECLAIM", [](const GfpFlags &f) { return f.reclaim(); }},
    {"__GFP_BITS_MASK", [](const GfpFlags &f) { return f.bitsMask(); }},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '('))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ')'))
    text.remove_suffix(1);
  return text;
}

std::string hex(Gfp gfp) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  do
    text.insert(text.begin(), digits[gfp & 15]);
  while (gfp >>= 4);
  return "0x" + text;
}

} // namespace

std::optional<Gfp> GfpFlags::named(std::string_view name) const {
  for (const NamedFlag &flag : single)
    if (flag.name == name)
      return this->*flag.value;
  for (const Composite &composite : composites)
    if (composite.name == name)
      return composite.value(*this);
  return std::nullopt;
}

std::optional<Gfp> GfpFlags::parse(std::string_view text) const {
  Gfp all = 0, removed = 0;
  for (bool more = true; more;) {
    const size_t bar = text.find_first_of("|&");
    std::string_view part = trimmed(text.substr(0, bar));
    more = bar != std::string_view::npos;
    text.remove_prefix(more ? bar + 1 : text.size());
    const bool negated = part.starts_with('~');
    if (negated)
      part = trimmed(part.substr(1));
    const std::optional<Gfp> value = part == "0" ? Gfp(0) : named(part);
    if (!value)
      return std::nullopt;
    (negated ? removed : all) |= *value;
  }
  return all & ~removed;
}

std::string GfpFlags::describe(Gfp gfp) const {
  std::string names;
  Gfp rest = gfp;
  auto take = [&](std::string_view name, Gfp value) {
    if (value == 0 || (rest & value) != value)
      return;
    names += (names.empty() ? "" : "|") + std::string(name);
    rest &= ~value;
  };
  for (const Composite &composite : composites)
    if (composite.name.starts_with("GFP_"))
      take(composite.name, composite.value(*this));
  for (size_t i = 0; i < printedFlags; ++i) {
    if (single[i].value == &GfpFlags::directReclaim)
      take("__GFP_RECLAIM", reclaim());
    take(single[i].name, this->*single[i].value);
  }
  if (rest || names.empty())
    names += (names.empty() ? "" : "|") + hex(rest);
  return hex(gfp) + "(" + names + ")";
}

} // namespace kmem::sim
