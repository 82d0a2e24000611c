// malloc as a process calls it.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/user_operation.h"

namespace kmem::sim {

namespace {

constexpr Argument sizeArguments[] = {processArgument, sizeArgument};
constexpr Argument callocArguments[] = {processArgument, {"count", ArgumentKind::Size, "elements"}, sizeArgument};
constexpr Argument reallocArguments[] = {processArgument, userPointerArgument, sizeArgument};
constexpr Argument alignArguments[] = {processArgument, {"align", ArgumentKind::Size, "a power of two"}, sizeArgument};
constexpr Argument freeArguments[] = {processArgument, userPointerArgument};
constexpr Argument trimArguments[] = {processArgument, {"pad", ArgumentKind::Size, "bytes to keep; default: 0", false}};
constexpr Argument optionArguments[] = {processArgument,
                                        {"param", ArgumentKind::Choice, "which", true, ValueKind::None,
                                         "M_MXFAST M_TRIM_THRESHOLD M_TOP_PAD M_MMAP_THRESHOLD M_MMAP_MAX"},
                                        {"value", ArgumentKind::Integer, "its value"}};
constexpr Argument processOnly[] = {processArgument};

/// Whether the process lives on.
bool tellDeath(Step &step, const MallocResult &result) {
  if (!result.died())
    return false;
  step.say("aborted");
  step.result["stderr"] = result.signal == Signal::None ? std::string(result.abortText) : "signal";
  step.produce({ValueKind::Pointer, 0, 0});
  return true;
}

void produceBlock(Step &step, const MallocResult &result) {
  if (tellDeath(step, result))
    return;
  step.producePointer(result.address);
  if (!result.address)
    return;
  const ChunkHeader header = step.system.user.heap.header(processOf(step), result.address);
  step.result["chunk_size"] = int64_t(header.size);
  step.result["mmapped"] = header.isMmapped;
  step.result["usable"] = int64_t(step.system.user.heap.usableSize(processOf(step), result.address));
}

void tellHeader(Step &step) {
  const ChunkHeader header = step.system.user.heap.header(processOf(step), step.number("ptr"));
  step.result["chunk"] = hexadecimal(header.chunk);
  step.result["prev_size"] = int64_t(header.previousSize);
  step.result["size"] = int64_t(header.size);
  step.result["prev_in_use"] = header.previousInUse;
  step.result["mmapped"] = header.isMmapped;
}

void setOption(Step &step) {
  const std::string name = step.text("param");
  const Mallopt option = name == "M_MXFAST"           ? Mallopt::MaxFast
                         : name == "M_TRIM_THRESHOLD" ? Mallopt::TrimThreshold
                         : name == "M_TOP_PAD"        ? Mallopt::TopPad
                         : name == "M_MMAP_THRESHOLD" ? Mallopt::MmapThreshold
                                                      : Mallopt::MmapMax;
  step.say(int64_t(step.system.user.heap.mallopt(processOf(step), option, int64_t(step.number("value")))));
}

void tellStatistics(Step &step) {
  const MallocStatistics statistics = step.system.user.heap.statistics(processOf(step));
  step.result["system_bytes"] = int64_t(statistics.systemBytes);
  step.result["top_bytes"] = int64_t(statistics.topBytes);
  step.result["mmaps"] = int64_t(statistics.mmaps);
  step.result["mmapped_bytes"] = int64_t(statistics.mmappedBytes);
  step.result["mmap_threshold"] = int64_t(statistics.mmapThreshold);
  step.result["trim_threshold"] = int64_t(statistics.trimThreshold);
}

constexpr Operation table[] = {
    {"malloc", "glibc's", sizeArguments, ValueKind::Pointer,
     onProcess<[](Step &s) { produceBlock(s, s.system.user.heap.malloc(processOf(s), s.number("size"))); }>},
    {"calloc", "zeroed", callocArguments, ValueKind::Pointer, onProcess<[](Step &s) {
       produceBlock(s, s.system.user.heap.calloc(processOf(s), s.number("count"), s.number("size")));
     }>},
    {"realloc", "another size", reallocArguments, ValueKind::Pointer, onProcess<[](Step &s) {
       produceBlock(s, s.system.user.heap.realloc(processOf(s), s.number("ptr"), s.number("size")));
     }>},
    {"memalign", "aligned", alignArguments, ValueKind::Pointer, onProcess<[](Step &s) {
       produceBlock(s, s.system.user.heap.memalign(processOf(s), s.number("align"), s.number("size")));
     }>},
    {"free", "gives it back", freeArguments, ValueKind::None, onProcess<[](Step &s) {
       if (const MallocResult result = s.system.user.heap.free(processOf(s), s.number("ptr")); result.died()) {
         s.say("aborted");
         s.result["stderr"] = result.signal == Signal::None ? std::string(result.abortText) : "signal";
       }
     }>},
    {"malloc_usable_size", "bytes that may be used", freeArguments, ValueKind::None,
     onProcess<[](Step &s) { s.say(int64_t(s.system.user.heap.usableSize(processOf(s), s.number("ptr")))); }>},
    {"malloc_header", "the words in front of a block", freeArguments, ValueKind::None, onProcess<tellHeader>},
    {"malloc_trim", "gives free memory back to the kernel", trimArguments, ValueKind::None,
     onProcess<[](Step &s) { s.say(int64_t(s.system.user.heap.trim(processOf(s), s.number("pad")))); }>},
    {"mallopt", "sets a parameter", optionArguments, ValueKind::None, onProcess<setOption>},
    {"malloc_info", "what the heap has from the kernel", processOnly, ValueKind::None, onProcess<tellStatistics>},
};

} // namespace

llvm::ArrayRef<Operation> mallocOperations() { return table; }

} // namespace kmem::sim
