// The page allocator.
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

constexpr Argument gfpAndOrder[] = {gfpArgument, orderArgument};
constexpr Argument gfpOnly[] = {gfpArgument};
constexpr Argument pageArgument = named("page", ValueKind::Page, "a page");
constexpr Argument pageAndOrder[] = {pageArgument, orderArgument};
constexpr Argument pageOnly[] = {pageArgument};
constexpr Argument pointerAndOrder[] = {pointerArgument, orderArgument};
constexpr Argument sizeAndGfp[] = {sizeArgument, gfpArgument};
constexpr Argument pointerAndSize[] = {pointerArgument, sizeArgument};

Gfp gfpOf(const Step &step) { return Gfp(step.number("gfp")); }
unsigned orderOf(const Step &step) { return unsigned(std::min<uint64_t>(step.number("order"), UINT32_MAX)); }
Pfn pageOf(const Step &step) { return step.named("page").value; }
/// What a block holds; 0 when no block is that large.
uint64_t bytesOf(unsigned order) { return order <= maxPageOrder ? pageSize << order : 0; }

void tellPage(Step &step, std::optional<Pfn> page) {
  step.produce({ValueKind::Page, page.value_or(0), 0});
  if (!page)
    return;
  step.result["pfn"] = int64_t(*page);
  step.result["zone"] = nameOf(step.system.pages.zoneOf(*page).zone);
  step.result["refcount"] = step.system.kernel.memory.page(*page).refCount;
}

llvm::json::Array listOf(llvm::ArrayRef<uint64_t> numbers) {
  llvm::json::Array list;
  for (uint64_t number : numbers)
    list.push_back(int64_t(number));
  return list;
}

Record zoneRecord(const ZoneView &zone) {
  uint64_t perCpu = 0;
  for (uint32_t pages : zone.perCpuPages)
    perCpu += pages;
  return Record{{"managed", int64_t(zone.managed)},  {"free", int64_t(zone.free)},   {"per_cpu", int64_t(perCpu)},
                {"min", int64_t(zone.minMark)},      {"low", int64_t(zone.lowMark)}, {"high", int64_t(zone.highMark)},
                {"nr_free", listOf(zone.freeBlocks)}};
}

void tellZones(Step &step) {
  Record zones;
  for (const ZoneIndex &index : step.system.pages.zones()) {
    const std::string node = step.system.profile().nodes > 1 ? " of node " + std::to_string(index.node) : "";
    zones[nameOf(index.zone) + node] = zoneRecord(step.system.pages.zone(index));
  }
  step.result["zones"] = std::move(zones);
}

constexpr Operation table[] = {
    {"alloc_pages", "a block of pages", gfpAndOrder, ValueKind::Page,
     [](Step &s) { tellPage(s, s.system.pages.allocate(gfpOf(s), orderOf(s))); }},
    {"__free_pages", "gives a block back, or one reference to it", pageAndOrder, ValueKind::None,
     [](Step &s) { s.system.pages.free(pageOf(s), orderOf(s)); }},
    {"get_page", "one more reference", pageOnly, ValueKind::None, [](Step &s) { s.system.pages.getPage(pageOf(s)); }},
    {"put_page", "one reference less", pageOnly, ValueKind::None, [](Step &s) { s.system.pages.putPage(pageOf(s)); }},
    {"split_page", "makes single pages of a block", pageAndOrder, ValueKind::None,
     [](Step &s) { s.system.pages.splitPage(pageOf(s), orderOf(s)); }},
    {"page_address", "where the direct map has a page", pageOnly, ValueKind::Pointer,
     [](Step &s) { s.producePointer(pageToVirt(pageOf(s)), pageSize); }},
    {"__get_free_pages", "a block of pages, by address", gfpAndOrder, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.pages.getFreePages(gfpOf(s), orderOf(s)), bytesOf(orderOf(s))); }},
    {"get_zeroed_page", "one page, zeroed", gfpOnly, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.pages.getZeroedPage(gfpOf(s)), pageSize); }},
    {"free_pages", "gives a block back, by address", pointerAndOrder, ValueKind::None,
     [](Step &s) { s.system.pages.freePages(s.number("ptr"), orderOf(s)); }},
    {"alloc_pages_exact", "contiguous pages, no power of two", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.pages.allocateExact(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"free_pages_exact", "gives them back", pointerAndSize, ValueKind::None,
     [](Step &s) { s.system.pages.freeExact(s.number("ptr"), s.number("size")); }},
    {"drain_all_pages", "empties the per-CPU lists", {}, ValueKind::None, [](Step &s) { s.system.pages.drainAll(); }},
    {"zone_state", "free blocks and watermarks of every zone", {}, ValueKind::None, tellZones},
};

} // namespace

llvm::ArrayRef<Operation> pageOperations() { return table; }

} // namespace kmem::sim
