// Numbers that system calls about memory take, as x86-64 defines them (include/uapi/asm-generic/mman*.h,
// include/uapi/linux/mman.h). Results are the kernel's: a value, or a negative errno.
#pragma once

#include <cstdint>

namespace kmem::sim {

/// What a system call returns: >= 0, an address, or -errno.
using SysResult = int64_t;
inline constexpr bool isSysError(SysResult result) { return result < 0 && result >= -4095; }

enum Prot : uint32_t { ProtNone = 0, ProtRead = 1, ProtWrite = 2, ProtExec = 4, ProtGrowsDown = 0x01000000 };

enum MapFlag : uint32_t {
  MapShared = 0x01,
  MapPrivate = 0x02,
  MapSharedValidate = 0x03,
  MapType = 0x0f,
  MapFixed = 0x10,
  MapAnonymous = 0x20,
  Map32Bit = 0x40,
  MapGrowsDown = 0x0100,
  MapLocked = 0x2000,
  MapNoReserve = 0x4000,
  MapPopulate = 0x8000,
  MapNonBlock = 0x10000,
  MapStack = 0x20000,
  MapFixedNoReplace = 0x100000,
};

enum MremapFlag : uint32_t { MremapMayMove = 1, MremapFixed = 2, MremapDontUnmap = 4 };
enum MlockFlag : uint32_t { MlockOnFault = 1 };
enum MlockAllFlag : uint32_t { MclCurrent = 1, MclFuture = 2, MclOnFault = 4 };
enum MsyncFlag : uint32_t { MsAsync = 1, MsInvalidate = 2, MsSync = 4 };

enum class Advice : uint32_t {
  Normal = 0,
  Random = 1,
  Sequential = 2,
  WillNeed = 3,
  DontNeed = 4,
  Free = 8,
  Remove = 9,
  DontFork = 10,
  DoFork = 11,
  HugePage = 14,
  NoHugePage = 15,
  DontDump = 16,
  DoDump = 17,
  WipeOnFork = 18,
  KeepOnFork = 19,
  Cold = 20,
  PageOut = 21,
  PopulateRead = 22,
  PopulateWrite = 23,
};

enum class Overcommit : uint8_t { Heuristic, Always, Never };

inline constexpr uint64_t unlimited = ~uint64_t(0); ///< RLIM_INFINITY

/// The resource limits that memory calls look at, in bytes.
struct UserLimits {
  uint64_t addressSpace = unlimited;    ///< RLIMIT_AS
  uint64_t data = unlimited;            ///< RLIMIT_DATA
  uint64_t stack = uint64_t(8) << 20;   ///< RLIMIT_STACK
  uint64_t memlock = uint64_t(8) << 20; ///< RLIMIT_MEMLOCK
  bool mayLockAll = false;              ///< CAP_IPC_LOCK: memlock does not count
};

} // namespace kmem::sim
