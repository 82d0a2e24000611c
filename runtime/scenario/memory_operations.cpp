// Looking at memory and changing it, as kernel code would: what is not mapped is an oops.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::sim {

namespace {

constexpr uint64_t longestPeek = 4096;
constexpr CodeSite bySite{"scenario_access", "", 0};

constexpr Argument peekArguments[] = {pointerArgument,
                                      {"size", ArgumentKind::Size, "bytes, at most 4096; default: 8", false}};
constexpr Argument pokeArguments[] = {
    pointerArgument,
    {"bytes", ArgumentKind::Bytes, "in hexadecimal"},
};
constexpr Argument memsetArguments[] = {pointerArgument, {"value", ArgumentKind::Size, "of each byte"}, sizeArgument};
constexpr Argument whereArguments[] = {pointerArgument, {"size", ArgumentKind::Size, "bytes; default: 1", false}};

std::string hexBytes(llvm::ArrayRef<std::byte> bytes) {
  return llvm::toHex(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()), true);
}

void checkEach(Step &step, uint64_t size, AccessKind kind) {
  step.system.kernel.memory.checkAccess(step.number("ptr"), size, kind, bySite);
}

void peek(Step &step) {
  const uint64_t size = std::min(step.number("size", 8), longestPeek);
  std::vector<std::byte> bytes(size);
  checkEach(step, size, AccessKind::Read);
  step.system.kernel.memory.read(step.number("ptr"), bytes, bySite);
  step.say(hexBytes(bytes));
}

void poke(Step &step) {
  const std::string bytes = step.text("bytes");
  checkEach(step, bytes.size(), AccessKind::Write);
  step.system.kernel.memory.write(step.number("ptr"), std::as_bytes(std::span(bytes)), bySite);
}

void fill(Step &step) {
  checkEach(step, step.number("size"), AccessKind::Write);
  step.system.kernel.memory.fill(step.number("ptr"), uint8_t(step.number("value")), step.number("size"), bySite);
}

constexpr Operation table[] = {
    {"peek", "reads memory", peekArguments, ValueKind::None, peek},
    {"poke", "writes memory", pokeArguments, ValueKind::None, poke},
    {"memset", "fills memory", memsetArguments, ValueKind::None, fill},
    {"where", "what an address is: zone, frames, cache, area", whereArguments, ValueKind::None,
     [](Step &s) { describeAddress(s.system, s.number("ptr"), s.number("size", 1), s.result); }},
};

} // namespace

llvm::ArrayRef<Operation> memoryOperations() { return table; }

} // namespace kmem::sim
