#include "runtime/alloc/boot_caches.h"

#include "runtime/alloc/kmalloc.h"

#include <algorithm>
#include <array>

namespace kmem::sim {

namespace {

/// What a creator asks for, in our words; toSlabFlags() numbers it.
enum Ask : uint16_t {
  Panic = 1 << 0,
  Account = 1 << 1,
  Aligned = 1 << 2, ///< to the cache line
  Reclaim = 1 << 3,
  Rcu = 1 << 4,
  NoTrack = 1 << 5, ///< debug objects and no leak traces
  Ctor = 1 << 6,
  Usercopy = 1 << 7,
};

/// Structures have another size in every configuration.
enum Build : uint8_t { Own612, Own61, Plain612, Distribution612, Distribution61, buildCount };
using Sizes = std::array<uint16_t, buildCount>; ///< 0: not there

struct Row {
  const char *name;
  uint16_t asks;
  uint16_t align;
  Sizes sizes;
};

/// Own builds with lockdep of 6.12 and 6.1; without it 6.12 (only what does not hold a lock); Debian's of 6.12 and 6.1.
constexpr Row rows[] = {
    {"page->ptl", Panic, 0, {64, 64, 0, 0, 0}}, // mm/memory.c, when a spinlock does not fit into struct page
    {"debug_objects_cache", NoTrack, 0, {40, 40, 0, 0, 0}},
    {"vmap_area", Panic, 8, {72, 64, 72, 72, 64}},
    {"mm_struct", Panic | Account | Aligned | Usercopy, 64, {1928, 1392, 0, 1360, 1104}},
    {"radix_tree_node", Panic | Reclaim | Ctor, 0, {576, 192, 576, 576, 576}},
    {"maple_node", Panic, 256, {256, 256, 256, 256, 256}},
    {"pool_workqueue", Panic, 512, {512, 512, 512, 512, 256}},
    {"ftrace_event_field", Panic, 8, {56, 56, 56, 56, 56}},
    {"trace_event_file", Panic, 8, {96, 96, 96, 96, 96}},
    {"perf_event", Panic, 8, {1424, 1352, 0, 1312, 1232}},
    {"pid", Panic | Account | Aligned, 8, {240, 224, 0, 128, 112}},
    {"anon_vma", Panic | Account | Rcu | Ctor, 0, {208, 208, 0, 96, 96}},
    {"anon_vma_chain", Panic | Account, 8, {64, 64, 64, 64, 64}},
    {"cred", Panic | Account | Aligned, 8, {136, 0, 0, 184, 0}},
    {"cred_jar", Panic | Account | Aligned, 0, {0, 136, 0, 0, 176}},
    {"task_struct", Panic | Account | Usercopy, 64, {5696, 5632, 0, 6208, 6208}},
    {"sighand_cache", Panic | Account | Aligned | Rcu | Ctor, 0, {2200, 2200, 0, 2080, 2080}},
    {"signal_cache", Panic | Account | Aligned, 0, {1400, 1408, 0, 1104, 1112}},
    {"files_cache", Panic | Account | Aligned, 0, {832, 832, 0, 704, 704}},
    {"fs_cache", Panic | Account | Aligned, 0, {168, 168, 0, 56, 56}},
    {"vm_area_struct", Panic | Account, 8, {144, 128, 0, 176, 152}},
    {"vma_lock", Panic | Account, 8, {152, 0, 0, 40, 0}},
    {"nsproxy", Panic | Account, 8, {72, 72, 72, 72, 72}},
    {"names_cache", Panic | Aligned | Usercopy, 0, {4096, 4096, 4096, 4096, 4096}},
    {"dentry", Panic | Account | Reclaim | Usercopy, 8, {312, 312, 0, 192, 192}},
    {"inode_cache", Panic | Account | Reclaim | Ctor, 0, {1080, 1096, 0, 624, 632}},
    {"filp", Panic | Account | Aligned | Rcu, 0, {344, 0, 0, 184, 0}},
    {"filp", Panic | Account | Aligned, 0, {0, 440, 0, 0, 232}},
    {"mnt_cache", Panic | Account | Aligned, 0, {328, 312, 0, 336, 320}},
    {"kernfs_node_cache", Panic, 0, {176, 168, 0, 136, 128}},
    {"kernfs_iattrs_cache", Panic, 0, {136, 144, 0, 80, 88}},
    {"shmem_inode_cache", Panic | Account | Ctor, 0, {1368, 1344, 0, 752, 776}},
    {"sigqueue", Panic | Account, 8, {80, 80, 80, 80, 80}},
    {"seq_file", Panic | Account, 8, {232, 232, 0, 120, 120}},
    {"proc_inode_cache", Panic | Account | Reclaim | Ctor, 0, {1152, 1168, 0, 696, 704}},
    {"pde_opener", Panic | Account, 0, {40, 40, 40, 40, 40}},
    {"proc_dir_entry", Panic | Usercopy, 0, {256, 256, 0, 192, 192}},
    {"tracefs_inode_cache", Account | Reclaim | Ctor, 0, {1112, 0, 0, 656, 0}},
    {"uid_cache", Panic | Aligned, 0, {152, 152, 0, 136, 144}},
    {"khugepaged_mm_slot", 0, 8, {40, 112, 40, 40, 112}},
    {"hugetlbfs_inode_cache", Account | Ctor, 0, {1088, 1104, 0, 632, 656}},
    {"posix_timers_cache", Panic | Account, 0, {312, 312, 0, 256, 256}},
    {"fasync_cache", Panic | Account, 0, {104, 104, 0, 48, 48}},
};

constexpr uint32_t filpFreePointer612 = 32; ///< before the end of struct file: f_freeptr, since 6.12

SlabFlagWord toSlabFlags(const SlabFlags &f, unsigned asks) {
  return (asks & Panic ? f.panic : 0) | (asks & Account ? f.account : 0) | (asks & Aligned ? f.hwcacheAlign : 0) |
         (asks & Reclaim ? f.reclaimAccount : 0) | (asks & Rcu ? f.typesafeByRcu : 0) |
         (asks & NoTrack ? f.debugObjects | f.noLeakTrace : 0);
}

std::optional<Build> buildOf(const Profile &profile) {
  const bool is612 = profile.release.atLeast(6, 12);
  if (profile.distribution)
    return is612 ? Distribution612 : Distribution61;
  if (profile.proveLocking)
    return is612 ? Own612 : Own61;
  return is612 ? std::optional(Plain612) : std::nullopt;
}

void create(Slub &slub, Build build, const Row &row, CallbackId nothing) {
  const uint32_t size = row.sizes[build];
  CacheOptions options{.name = row.name,
                       .size = size,
                       .align = std::min<uint32_t>(row.align, size), // a pool_workqueue is as large as its alignment
                       .flags = toSlabFlags(slub.flags, row.asks),
                       .ctor = row.asks & Ctor ? nothing : 0,
                       .userSize = row.asks & Usercopy ? size : 0};
  if (std::string_view(row.name) == "filp" && (row.asks & Rcu))
    options.freePointerOffset = size - filpFreePointer612;
  slub.create(options);
}

/// What the serial console keeps for good: the ports of uart_register_driver() (drivers/tty/serial/serial_core.c). Of
/// what a kernel allocates while it boots, the only kmalloc-8k object, and only with 6.1's lockdep.
void keepConsolePorts(const Profile &profile, Kmalloc &kmalloc) {
  constexpr unsigned ports = 4; // CONFIG_SERIAL_8250_NR_UARTS of own builds
  constexpr uint64_t stateSize612 = 1016, stateSize61 = 1040;
  if (profile.proveLocking && !profile.distribution)
    kmalloc.kcalloc(ports, profile.release.atLeast(6, 12) ? stateSize612 : stateSize61, profile.gfp.kernel());
}

} // namespace

void createBootCaches(Kernel &kernel, Slub &slub, Kmalloc &kmalloc) {
  const Profile &profile = kernel.profile;
  if (profile.slabBuckets)
    slub.create(
        {.name = "kmalloc_buckets", .size = sizeof(uint64_t) * (kmallocShiftHigh + 1), .flags = slub.flags.noMerge});
  // Their constructors prepare structures that are not simulated; what counts is that there is one.
  const CallbackId nothing = kernel.deferred.registerCallback([](uint64_t) {});
  if (const std::optional<Build> build = buildOf(profile))
    for (const Row &row : rows)
      if (row.sizes[*build])
        create(slub, *build, row, nothing);
  keepConsolePorts(profile, kmalloc);
  if (profile.slabBuckets) {
    constexpr uint32_t messageHeader = 48;                    // struct msg_msg (ipc/msgutil.c)
    kmalloc.createBuckets("memdup_user", 0, 0, INT32_MAX, 0); // mm/util.c
    kmalloc.createBuckets("msg_msg", slub.flags.account, messageHeader, uint32_t(pageSize) - messageHeader, 0);
  }
}

} // namespace kmem::sim
