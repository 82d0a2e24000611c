// Processes and their mappings: the system calls that shape an address space.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/user_operation.h"

#include <array>
#include <cerrno>

namespace kmem::sim {

namespace {

constexpr llvm::StringLiteral protWords("none read write exec");
constexpr std::array<uint32_t, 4> protBits{0, ProtRead, ProtWrite, ProtExec};
constexpr llvm::StringLiteral mapWords("private shared fixed fixed_noreplace populate locked noreserve growsdown stack "
                                       "32bit nonblock");
constexpr std::array<uint32_t, 11> mapBits{MapPrivate,  MapShared, MapFixed,     MapFixedNoReplace,
                                           MapPopulate, MapLocked, MapNoReserve, MapGrowsDown,
                                           MapStack,    Map32Bit,  MapNonBlock};
constexpr llvm::StringLiteral
    adviceWords("normal random sequential willneed dontneed free remove dontfork dofork wipeonfork "
                "keeponfork cold pageout populate_read populate_write");
constexpr std::array<Advice, 15> advices{Advice::Normal,   Advice::Random,       Advice::Sequential,   Advice::WillNeed,
                                         Advice::DontNeed, Advice::Free,         Advice::Remove,       Advice::DontFork,
                                         Advice::DoFork,   Advice::WipeOnFork,   Advice::KeepOnFork,   Advice::Cold,
                                         Advice::PageOut,  Advice::PopulateRead, Advice::PopulateWrite};

constexpr uint64_t longestPicture = uint64_t(16) << 20;

template <size_t count> uint32_t bitsOf(uint64_t words, const std::array<uint32_t, count> &bits) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; ++i)
    if (words >> i & 1)
      all |= bits[i];
  return all;
}

constexpr Argument protArgument{"prot", ArgumentKind::Choices, "permissions", false, ValueKind::None, protWords};
constexpr Argument processOnly[] = {processArgument};
constexpr Argument limitArguments[] = {{"address_space", ArgumentKind::Size, "RLIMIT_AS", false},
                                       {"data", ArgumentKind::Size, "RLIMIT_DATA", false},
                                       {"stack", ArgumentKind::Size, "RLIMIT_STACK", false},
                                       {"memlock", ArgumentKind::Size, "RLIMIT_MEMLOCK", false},
                                       {"ipc_lock", ArgumentKind::Flag, "CAP_IPC_LOCK", false}};
constexpr Argument setLimitArguments[] = {processArgument,
                                          {"address_space", ArgumentKind::Size, "RLIMIT_AS", false},
                                          {"data", ArgumentKind::Size, "RLIMIT_DATA", false},
                                          {"stack", ArgumentKind::Size, "RLIMIT_STACK", false},
                                          {"memlock", ArgumentKind::Size, "RLIMIT_MEMLOCK", false}};
constexpr Argument mmapArguments[] = {
    processArgument,
    lengthArgument,
    protArgument,
    {"flags", ArgumentKind::Choices, "MAP_*; default: private", false, ValueKind::None, mapWords},
    {"at", ArgumentKind::Pointer, "where, or a hint", false},
    {"file", ArgumentKind::Named, "what; default: anonymous", false, ValueKind::File},
    {"offset", ArgumentKind::Size, "in the file", false},
    {"read_only_fd", ArgumentKind::Flag, "the file was opened O_RDONLY", false}};
constexpr Argument rangeArguments[] = {processArgument, userPointerArgument, lengthArgument};
constexpr Argument protectArguments[] = {processArgument, userPointerArgument, lengthArgument, protArgument};
constexpr Argument remapArguments[] = {
    processArgument,
    userPointerArgument,
    {"old_length", ArgumentKind::Size, "bytes"},
    {"new_length", ArgumentKind::Size, "bytes"},
    {"flags", ArgumentKind::Choices, "MREMAP_*", false, ValueKind::None, "maymove fixed dontunmap"},
    {"at", ArgumentKind::Pointer, "with fixed: where to", false}};
constexpr Argument brkArguments[] = {processArgument,
                                     {"grow", ArgumentKind::Integer, "bytes from the break of now", false},
                                     {"to", ArgumentKind::Pointer, "or the new break", false}};
constexpr Argument lockArguments[] = {
    processArgument, userPointerArgument, lengthArgument, {"onfault", ArgumentKind::Flag, "MLOCK_ONFAULT", false}};
constexpr Argument lockAllArguments[] = {
    processArgument, {"flags", ArgumentKind::Choices, "MCL_*", true, ValueKind::None, "current future onfault"}};
constexpr Argument adviseArguments[] = {processArgument,
                                        userPointerArgument,
                                        lengthArgument,
                                        {"advice", ArgumentKind::Choice, "MADV_*", true, ValueKind::None, adviceWords}};
constexpr Argument syncArguments[] = {
    processArgument,
    userPointerArgument,
    lengthArgument,
    {"flags", ArgumentKind::Choices, "MS_*", true, ValueKind::None, "async invalidate sync"}};

UserLimits limitsOf(const Step &step, UserLimits limits) {
  limits.addressSpace = step.number("address_space", limits.addressSpace);
  limits.data = step.number("data", limits.data);
  limits.stack = step.number("stack", limits.stack);
  limits.memlock = step.number("memlock", limits.memlock);
  limits.mayLockAll = step.number("ipc_lock", limits.mayLockAll);
  return limits;
}

void makeProcess(Step &step) {
  SpaceLayout layout;
  layout.limits = limitsOf(step, layout.limits);
  step.produce({ValueKind::AddressSpace, step.system.user.spaces.create(layout), 0});
}

void map(Step &step) {
  uint32_t flags = bitsOf(step.number("flags"), mapBits);
  if (!(flags & MapType))
    flags |= MapPrivate;
  const MmapRequest request{.address = step.number("at"),
                            .length = step.number("length"),
                            .prot = step.has("prot") ? bitsOf(step.number("prot"), protBits)
                                                     : uint32_t(ProtRead | ProtWrite),
                            .flags = flags | (step.has("file") ? 0 : uint32_t(MapAnonymous)),
                            .file = fileOf(step),
                            .offset = step.number("offset"),
                            .fileWritable = !step.number("read_only_fd")};
  produceUserPointer(step, step.system.user.mappings.mmap(processOf(step), request));
}

void remap(Step &step) {
  constexpr std::array<uint32_t, 3> bits{MremapMayMove, MremapFixed, MremapDontUnmap};
  produceUserPointer(step, step.system.user.mappings.mremap(processOf(step), step.number("ptr"),
                                                            step.number("old_length"), step.number("new_length"),
                                                            bitsOf(step.number("flags"), bits), step.number("at")));
}

void moveBreak(Step &step) {
  const MmId mm = processOf(step);
  const Address now = step.system.user.mm(mm).brk;
  const Address wanted = step.has("to") ? step.number("to") : now + step.number("grow");
  const Address got = step.system.user.mappings.brk(mm, wanted);
  step.result["start_brk"] = hexadecimal(step.system.user.mm(mm).startBrk);
  step.producePointer(got);
  step.result["moved"] = got == wanted;
}

void lockAll(Step &step) {
  constexpr std::array<uint32_t, 3> bits{MclCurrent, MclFuture, MclOnFault};
  saySysResult(step, step.system.user.mappings.mlockall(processOf(step), bitsOf(step.number("flags"), bits)));
}

void advise(Step &step) {
  llvm::SmallVector<llvm::StringRef, 16> words;
  llvm::StringRef(adviceWords).split(words, ' ');
  const size_t at = size_t(llvm::find(words, step.text("advice")) - words.begin());
  saySysResult(
      step, step.system.user.mappings.madvise(processOf(step), step.number("ptr"), step.number("length"), advices[at]));
}

void synchronise(Step &step) {
  constexpr std::array<uint32_t, 3> bits{MsAsync, MsInvalidate, MsSync};
  saySysResult(step, step.system.user.mappings.msync(processOf(step), step.number("ptr"), step.number("length"),
                                                     bitsOf(step.number("flags"), bits)));
}

void tellResident(Step &step) {
  std::vector<uint8_t> resident;
  if (step.number("length") > longestPicture)
    return saySysResult(step, -EINVAL);
  saySysResult(step,
               step.system.user.mappings.mincore(processOf(step), step.number("ptr"), step.number("length"), resident));
  std::string picture;
  for (const uint8_t page : resident)
    picture += page ? '1' : '0';
  step.result["resident"] = picture;
}

void tellMaps(Step &step) {
  llvm::json::Array lines;
  for (std::string &line : step.system.user.maps(processOf(step)))
    lines.push_back(std::move(line));
  step.result["maps"] = std::move(lines);
}

constexpr Operation table[] = {
    {"process", "a new process: a stack and an empty heap", limitArguments, ValueKind::AddressSpace, makeProcess},
    {"fork", "a copy that shares pages until one writes", processOnly, ValueKind::AddressSpace,
     onProcess<[](Step &s) { s.produce({ValueKind::AddressSpace, s.system.user.spaces.fork(processOf(s)), 0}); }>},
    {"exit", "the process ends", processOnly, ValueKind::None,
     onProcess<[](Step &s) { s.system.user.spaces.exit(processOf(s)); }>},
    {"use_mm", "kthread_use_mm(): user copies go to this process now", processOnly, ValueKind::None,
     onProcess<[](Step &s) { s.system.user.spaces.use(processOf(s)); }>},
    {"setrlimit", "limits of a process", setLimitArguments, ValueKind::None, onProcess<[](Step &s) {
       s.system.user.spaces.setLimits(processOf(s), limitsOf(s, s.system.user.mm(processOf(s)).limits));
     }>},
    {"mmap", "maps a file, or memory", mmapArguments, ValueKind::Pointer, onProcess<map>},
    {"munmap", "unmaps", rangeArguments, ValueKind::None, onProcess<[](Step &s) {
       saySysResult(s, s.system.user.mappings.munmap(processOf(s), s.number("ptr"), s.number("length")));
     }>},
    {"mprotect", "changes permissions", protectArguments, ValueKind::None, onProcess<[](Step &s) {
       saySysResult(s, s.system.user.mappings.mprotect(processOf(s), s.number("ptr"), s.number("length"),
                                                       bitsOf(s.number("prot"), protBits)));
     }>},
    {"mremap", "grows, shrinks or moves a mapping", remapArguments, ValueKind::Pointer, onProcess<remap>},
    {"brk", "moves the end of the heap", brkArguments, ValueKind::Pointer, onProcess<moveBreak>},
    {"mlock", "keeps pages in memory", lockArguments, ValueKind::None, onProcess<[](Step &s) {
       saySysResult(s, s.system.user.mappings.mlock(processOf(s), s.number("ptr"), s.number("length"),
                                                    s.number("onfault") ? uint32_t(MlockOnFault) : 0));
     }>},
    {"munlock", "and lets them go", rangeArguments, ValueKind::None, onProcess<[](Step &s) {
       saySysResult(s, s.system.user.mappings.munlock(processOf(s), s.number("ptr"), s.number("length")));
     }>},
    {"mlockall", "locks all mappings", lockAllArguments, ValueKind::None, onProcess<lockAll>},
    {"munlockall", "unlocks all mappings", processOnly, ValueKind::None,
     onProcess<[](Step &s) { saySysResult(s, s.system.user.mappings.munlockall(processOf(s))); }>},
    {"madvise", "tells what the memory will be used for", adviseArguments, ValueKind::None, onProcess<advise>},
    {"msync", "writes a shared mapping back", syncArguments, ValueKind::None, onProcess<synchronise>},
    {"mincore", "which pages are in memory", rangeArguments, ValueKind::None, onProcess<tellResident>},
    {"maps", "the mappings, as /proc/PID/maps", processOnly, ValueKind::None, onProcess<tellMaps>},
    {"counters", "resident pages, swap entries and faults", processOnly, ValueKind::None,
     onProcess<[](Step &s) { tellCounters(s.system, processOf(s), s.result); }>},
};

} // namespace

llvm::ArrayRef<Operation> userOperations() { return table; }

} // namespace kmem::sim
