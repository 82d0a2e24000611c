// The one place where every page fault of user memory goes (arch/x86/mm/fault.c, mm/memory.c): which page an access
// gets, or which signal. Reading untouched anonymous memory maps the zero page; the first write allocates, a later one
// copies; file pages come from the cache with readahead, pages on swap come back, the stack grows.
#pragma once

#include "runtime/user/accounting.h"
#include "runtime/user/page_cache.h"
#include "runtime/user/vma_merge.h"

namespace kmem::sim {

enum class Signal : uint8_t {
  None,
  Segv, ///< SIGSEGV
  Bus,  ///< SIGBUS
  Kill, ///< no memory was left to serve the fault
};
inline constexpr int segvMapError = 1, segvAccessError = 2, busAddressError = 2; ///< si_code

/// What a fault did, in the words of the kernel's functions.
enum class FaultKind : uint8_t {
  Failed,    ///< a signal, no page
  None,      ///< the entry was already as needed
  ZeroPage,  ///< do_anonymous_page(), read
  Anonymous, ///< do_anonymous_page(), write
  Copy,      ///< wp_page_copy(), also of the zero page
  Reuse,     ///< wp_page_reuse()
  FileRead,  ///< do_read_fault()
  FileCopy,  ///< do_cow_fault()
  FileWrite, ///< do_shared_fault()
  MakeWrite, ///< wp_page_shared()
  Swap,      ///< do_swap_page()
};

struct FaultResult {
  FaultKind kind = FaultKind::None;
  Signal signal = Signal::None;
  int code = 0; ///< si_code
  bool major = false;
  bool ok() const { return signal == Signal::None; }
};

class Faults {
public:
  Faults(UserParts &parts, PageCache &cache) : parts(parts), cache(cache), accounting(parts), merger(parts) {}

  /// Takes the fault of an access that the page tables do not allow.
  FaultResult handle(MmId mm, Address address, AccessKind kind);
  /// Whether the CPU would let a user access through; marks the entry accessed and dirty as it does.
  std::optional<Pfn> access(MmId mm, Address address, AccessKind kind);

  /// A process reads or writes its memory: faults as needed. `done` bytes were transferred before a signal.
  struct Outcome {
    uint64_t done = 0;
    FaultResult last; ///< the failing fault, else the last one taken
    Address at = 0;   ///< of the failing access
    bool ok() const { return last.ok(); }
  };
  Outcome read(MmId mm, Address address, std::span<std::byte> to);
  Outcome write(MmId mm, Address address, std::span<const std::byte> from);

  /// populate_vma_page_range(): faults in [start, end) of one mapping; 0, -EFAULT or -ENOMEM.
  SysResult populate(MmId mm, const Vma &vma, Address start, Address end);
  /// __mm_populate(): of every mapping in the range; errors are ignored when told.
  SysResult populateRange(MmId mm, Address start, Address end, bool ignoreErrors);
  /// faultin_page_range(): as MADV_POPULATE_READ and _WRITE; -EFAULT, -EHWPOISON and so on.
  SysResult populateFor(MmId mm, Address start, Address end, bool write);

  /// Brings a slot into the swap cache without mapping it (MADV_WILLNEED).
  void readSwapAhead(SwapSlot slot);

private:
  /// Page by page through what access() finds, faulting where it finds nothing; `move` copies one part.
  template <typename Move> Outcome transfer(MmId mm, Address address, uint64_t size, AccessKind kind, Move move);
  struct Fault {
    MmId mm;
    Address address; ///< of the page
    bool write;
    uint64_t entry;
    Vma vma;
  };
  FaultResult dispatch(Fault &fault);
  std::optional<Vma> mappingFor(MmId mm, Address address);
  bool growStack(MmId mm, const Vma &vma, Address address);
  FaultResult anonymousFault(Fault &fault);
  FaultResult fileFault(Fault &fault);
  FaultResult readFault(Fault &fault, Pfn page, bool major);
  FaultResult copyFault(Fault &fault, Pfn page, bool major);
  FaultResult sharedFault(Fault &fault, Pfn page, bool major);
  FaultResult swapFault(Fault &fault);
  std::optional<Pfn> readFromSwap(SwapSlot slot);
  FaultResult writeProtectFault(Fault &fault);
  FaultResult copyPage(Fault &fault);
  void reusePage(Fault &fault, Pfn page);
  bool canReuse(Pfn page);
  bool mapAround(Fault &fault);
  std::optional<Pfn> filePage(Fault &fault, bool &major);
  void readaheadForFault(const Fault &fault, uint64_t index);
  bool mapAnonymous(Fault &fault, Pfn page);
  void prepareAnon(Fault &fault);
  bool notifiesWrites(const Vma &vma) const { return vma.file && !cache[vma.file].isShmem; }
  static FaultResult outOfMemory() { return {FaultKind::Failed, Signal::Kill, 0, false}; }
  SysResult faultIn(const Vma &vma, MmId mm, Address address, bool write);

  UserParts &parts;
  PageCache &cache;
  Accounting accounting;
  VmaMerger merger;
};

} // namespace kmem::sim
