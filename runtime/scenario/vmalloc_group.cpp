// vmalloc and kvmalloc: where areas lie and what is between them, sizes that are refused, flags, mappings of others'
// pages; in vmalloc_fragmented_group.cpp what happens when memory is in pieces.
#include "runtime/scenario/vmalloc_group.h"

#include "runtime/kernel/virt_to_page.h"
#include "runtime/scenario/group.h"

#include <climits>

namespace kmem::sim {

namespace {

constexpr int gapCount = 12;
constexpr uint64_t largestChecked = uint64_t(4) << 20; ///< contiguity is looked at up to here
constexpr uint64_t mib = uint64_t(1) << 20;

} // namespace

void runVmallocGroup(System &system, Emit emit) { VmallocGroup(system, emit).run(); }

VmallocGroup::VmallocGroup(System &system, Emit emit)
    : system(system), experiments(system, emit), gfp(system.profile().gfp) {}

void VmallocGroup::run() {
  constants();
  gaps();
  mixedSizes();
  sizes();
  predicates();
  noPointers();
  flagTable();
  hugeSizes();
  vmapping();
  thresholds();
  takenBlocks();
  oddPagesOnly();
}

std::string VmallocGroup::kindOf(Address address) const {
  if (isErrorPointer(address))
    return "ERR_PTR";
  return isVmallocAddress(address) ? "vmalloc" : system.kmalloc.cacheNameOf(address);
}

/// {"op": op, "args": {"size": size}, "result": ...}
Record VmallocGroup::row(llvm::StringRef op, uint64_t size, Address result) {
  Record record = experiments.row(op);
  record["args"] = Record{{"size", size}};
  record["result"] = kindOf(result);
  return record;
}

std::string VmallocGroup::zoneOf(Address address) {
  return nameOf(system.pages.zoneOf(*system.vmalloc.toPage(address)).zone);
}

int64_t VmallocGroup::references(Pfn page) const { return system.kernel.memory.page(page).refCount; }

bool VmallocGroup::isContiguous(Address start, uint64_t size) {
  for (uint64_t offset = pageSize; offset < size; offset += pageSize)
    if (*system.vmalloc.toPage(start + offset) != *system.vmalloc.toPage(start + offset - pageSize) + 1)
      return false;
  return true;
}

/// Work items and kswapd run between experiments.
void VmallocGroup::settle() { system.kernel.deferred.runPending(); }

void VmallocGroup::constants() {
  Record record = experiments.row("const");
  record["VMALLOC_START"] = hexadecimal(vmallocStart);
  record["VMALLOC_END"] = hexadecimal(vmallocEnd);
  record["PAGE_OFFSET"] = hexadecimal(directMapStart);
  record["MODULES_VADDR"] = hexadecimal(modulesStart);
  record["MODULES_END"] = hexadecimal(modulesEnd);
  record["VMALLOC_TOTAL_GiB"] = int64_t((vmallocEnd - vmallocStart) >> 30);
  experiments.finishWithoutSplat(std::move(record));
}

std::vector<Address> VmallocGroup::strides(llvm::StringRef op, uint64_t size, bool countsPages) {
  std::vector<Address> areas;
  for (int i = 0; i < gapCount; ++i)
    areas.push_back(system.vmalloc.vmalloc(size));
  llvm::json::Array distances;
  for (int i = 1; i < gapCount; ++i)
    distances.push_back(int64_t(areas[i] - areas[i - 1]));
  Record record = experiments.row(op);
  record["result"] = std::move(distances);
  record["first"] = hexadecimal(areas[0]);
  if (const auto area = system.vmalloc.findVmArea(areas[0])) {
    record["vm_struct_size"] = area->size;
    record["flags"] = hexadecimal(area->flags);
    if (countsPages)
      record["nr_pages"] = int64_t(area->pageCount);
  }
  experiments.finishWithoutSplat(std::move(record));
  return areas;
}

void VmallocGroup::gaps() {
  for (const Address area : strides("gap_1page", pageSize, true))
    system.vmalloc.vfree(area);
  settle();
  const uint64_t size = 3 * pageSize + 1;
  std::vector<Address> areas = strides("gap_3page_plus1", size, false);
  const Address freed = areas[5];
  system.vmalloc.vfree(freed);
  areas[5] = system.vmalloc.vmalloc(size);
  Record record = experiments.row("vfree_then_vmalloc_same_size");
  record["same_address"] = int64_t(areas[5] == freed);
  record["delta_from_freed"] = int64_t(areas[5] - freed);
  experiments.finishWithoutSplat(std::move(record));
  for (const Address area : areas)
    system.vmalloc.vfree(area);
  settle();
}

void VmallocGroup::mixedSizes() {
  std::vector<Address> areas;
  uint64_t smallest = UINT32_MAX;
  for (int i = 0; i < 40; ++i) {
    areas.push_back(system.vmalloc.vmalloc(1 + (i * 7919) % 70000));
    smallest = std::min(smallest, alignmentOf(areas.back()));
  }
  Record record = experiments.row("align_mixed_sizes");
  record["result"] = smallest;
  experiments.finishWithoutSplat(std::move(record));
  for (const Address area : areas)
    system.vmalloc.vfree(area);
  settle();
}

void VmallocGroup::sizes() {
  const uint64_t tried[] = {
      0,       1,        4095,      4096,      4097,      65536,     mib,        2 * mib,           2 * mib + 1,
      4 * mib, 32 * mib, 1ul << 30, 1ul << 31, 1ul << 40, 1ul << 46, UINT64_MAX, UINT64_MAX - 4094, LONG_MAX};
  for (size_t i = 0; i < std::size(tried); ++i) {
    experiments.begin();
    const Address area = system.vmalloc.vmalloc(tried[i]);
    Record record = row("vmalloc", tried[i], area);
    if (area)
      describeArea(record, area, std::min(tried[i], largestChecked));
    experiments.finish(std::move(record));
    system.vmalloc.vfree(area);
    settle();
    if (i < 11) {
      experiments.begin();
      const Address zeroed = system.vmalloc.vzalloc(tried[i]);
      experiments.finish(row("vzalloc", tried[i], zeroed));
      system.vmalloc.vfree(zeroed);
      settle();
    }
  }
}

void VmallocGroup::describeArea(Record &record, Address address, uint64_t checked) {
  record["addr"] = hexadecimal(address);
  record["contiguous_first_4M"] = int64_t(isContiguous(address, checked));
  record["align"] = alignmentOf(address);
  if (const auto area = system.vmalloc.findVmArea(address)) {
    record["flags"] = hexadecimal(area->flags);
    record["vm_size"] = area->size;
    record["nr_pages"] = int64_t(area->pageCount);
  }
}

bool VmallocGroup::withKmalloc(llvm::function_ref<bool(Address)> test) {
  const Address object = system.kmalloc.kmalloc(8, gfp.kernel());
  const bool answer = test(object);
  system.kmalloc.kfree(object);
  return answer;
}

void VmallocGroup::predicates() {
  const Address area = system.vmalloc.vmalloc(64 * pageSize);
  const Address inModule = modulesStart + pageSize, onStack = vmallocStart + 3 * pageSize;
  llvm::json::Array frames;
  for (int i = 0; i < 64; ++i)
    frames.push_back(int64_t(*system.vmalloc.toPage(area + i * pageSize)));
  Record record = experiments.row("pfns_of_64_pages");
  record["result"] = std::move(frames);
  record["zone"] = zoneOf(area);
  record["refcount"] = references(*system.vmalloc.toPage(area));
  experiments.finishWithoutSplat(std::move(record));

  record = experiments.row("is_vmalloc_addr");
  record["inside"] = int64_t(isVmallocAddress(area));
  record["guard"] = int64_t(isVmallocAddress(area + 64 * pageSize));
  record["kmalloc"] = int64_t(withKmalloc(isVmallocAddress));
  record["NULL"] = int64_t(isVmallocAddress(0));
  record["module_text"] = int64_t(isVmallocAddress(inModule));
  record["module_text_or_module_addr"] = int64_t(system.vmalloc.isVmallocOrModuleAddress(inModule));
  record["stack"] = int64_t(isVmallocAddress(onStack));
  experiments.finishWithoutSplat(std::move(record));

  const auto isValid = [&](Address address) { return isVirtAddrValid(system.kernel, address); };
  record = experiments.row("virt_addr_valid");
  record["vmalloc"] = int64_t(isValid(area));
  record["kmalloc"] = int64_t(withKmalloc(isValid));
  record["stack"] = int64_t(isValid(onStack));
  record["module"] = int64_t(isValid(inModule));
  record["NULL"] = int64_t(isValid(0));
  experiments.finishWithoutSplat(std::move(record));

  const auto pageRow = [&](llvm::StringRef op, Address address) {
    experiments.begin();
    const bool found = system.vmalloc.toPage(address).has_value();
    Record result = experiments.row(op);
    result["result"] = found ? "page" : "NULL";
    experiments.finish(std::move(result));
    return found;
  };
  pageRow("vmalloc_to_page_guard", area + 64 * pageSize);
  if (!system.profile().debugVirtual)
    withKmalloc([&](Address object) { return pageRow("vmalloc_to_page_of_kmalloc", object); });
  system.vmalloc.vfree(area);
  settle();
}

void VmallocGroup::noPointers() {
  experiments.begin();
  system.vmalloc.vfree(0);
  system.kvmalloc.kvfree(0);
  system.vmalloc.vunmap(0);
  experiments.finish(experiments.row("vfree_kvfree_vunmap_NULL"));

  experiments.begin();
  const Address area = system.vmalloc.vmalloc32(3 * pageSize);
  Record record = row("vmalloc_32", 3 * pageSize, area);
  if (area) {
    record["zone"] = zoneOf(area);
    record["pfn"] = hexadecimal(*system.vmalloc.toPage(area));
  }
  experiments.finish(std::move(record));
  system.vmalloc.vfree(area);
  settle();
}

void VmallocGroup::flagTable() {
  const std::pair<const char *, Gfp> tried[] = {
      {"GFP_KERNEL", gfp.kernel()},
      {"GFP_ATOMIC", gfp.atomicAllocation()},
      {"GFP_NOWAIT", named("GFP_NOWAIT")},
      {"GFP_NOFS", named("GFP_NOFS")},
      {"GFP_NOIO", named("GFP_NOIO")},
      {"GFP_KERNEL|DMA", gfp.kernel() | gfp.dma},
      {"GFP_KERNEL|DMA32", gfp.kernel() | gfp.dma32},
      {"GFP_KERNEL|HIGHMEM|ZERO", gfp.kernel() | gfp.highmem | gfp.zero},
      {"GFP_KERNEL|NORETRY", gfp.kernel() | gfp.noretry},
      {"GFP_KERNEL|RETRY_MAYFAIL", gfp.kernel() | gfp.retryMayfail},
      {"GFP_KERNEL|NOFAIL", gfp.kernel() | gfp.nofail},
      {"GFP_NOWAIT|NOFAIL", named("GFP_NOWAIT") | gfp.nofail},
  };
  for (const auto &[name, flags] : tried) {
    experiments.begin();
    const Address area = system.vmalloc.allocate(8192, flags);
    Record record = row("__vmalloc", 8192, area);
    record["gfp"] = name;
    if (area)
      record["zone"] = zoneOf(area);
    experiments.finish(std::move(record));
    system.vmalloc.vfree(area);
    settle();
    for (const uint64_t size :
         {uint64_t(64), uint64_t(4096), uint64_t(4097), uint64_t(40000), 4 * mib, 4 * mib + 1, 8 * mib})
      kvmallocRow(size, name, flags);
  }
}

void VmallocGroup::kvmallocRow(uint64_t size, const char *name, Gfp flags) {
  experiments.begin();
  const Address memory = system.kvmalloc.kvmalloc(size, flags);
  Record record = row("kvmalloc", size, memory);
  record["gfp"] = name;
  if (isVmallocAddress(memory))
    record["zone"] = zoneOf(memory);
  experiments.finish(std::move(record));
  system.kvmalloc.kvfree(memory);
  settle();
}

void VmallocGroup::hugeSizes() {
  const std::pair<const char *, Gfp> tried[] = {
      {"GFP_KERNEL", gfp.kernel()},
      {"GFP_KERNEL|NOWARN", gfp.kernel() | gfp.nowarn},
      {"GFP_KERNEL|NOFAIL", gfp.kernel() | gfp.nofail},
      {"GFP_ATOMIC", gfp.atomicAllocation()},
  };
  for (const uint64_t size :
       {uint64_t(INT_MAX) - 1, uint64_t(INT_MAX), uint64_t(INT_MAX) + 1, uint64_t(1) << 32, UINT64_MAX})
    for (const auto &[name, flags] : tried)
      if (!(flags & gfp.nofail) || size > INT_MAX)
        kvmallocRow(size, name, flags);
}

void VmallocGroup::vmapping() {
  std::vector<Pfn> pages;
  for (int32_t i = 0; i < 8; ++i) {
    pages.push_back(*system.pages.allocate(gfp.kernel(), 0));
    system.kernel.memory.store(pageToVirt(pages.back()), 100 + i);
  }
  experiments.begin();
  Address area = system.vmalloc.vmapFrames(pages, VmMap);
  Record record = row("vmap", 8 * pageSize, area);
  record["sees_page5"] = area ? system.kernel.memory.load<int32_t>(area + 5 * pageSize) : -1;
  if (const auto found = system.vmalloc.findVmArea(area)) {
    record["flags"] = hexadecimal(found->flags);
    record["vm_size"] = found->size;
  }
  record["refcount"] = references(pages[0]);
  experiments.finish(std::move(record));
  system.vmalloc.vunmap(area);
  record = experiments.row("after_vunmap");
  record["refcount"] = references(pages[0]);
  experiments.finishWithoutSplat(std::move(record));
  vmapPutPages(pages);

  experiments.begin();
  area = system.vmalloc.vmap(0, system.pages.managedPageCount() + 1, VmMap);
  record = experiments.row("vmap_more_than_totalram");
  record["result"] = area ? "ptr" : "NULL";
  experiments.finish(std::move(record));
  vmMapRam();
}

void VmallocGroup::vmapPutPages(const std::vector<Pfn> &pages) {
  const Address array = system.kvmalloc.kvmallocArray(pages.size(), sizeof(Address), gfp.kernel());
  for (size_t i = 0; i < pages.size(); ++i)
    system.kernel.memory.store(array + i * sizeof(Address), pageToVmemmap(pages[i]));
  experiments.begin();
  const Address area = system.vmalloc.vmap(array, pages.size(), VmMap | VmMapPutPages);
  Record record = experiments.row("vmap_put_pages");
  record["refcount"] = references(pages[0]);
  experiments.finishWithoutSplat(std::move(record));
  experiments.begin();
  system.vmalloc.vfree(area);
  experiments.finish(experiments.row("vfree_of_vmap_put_pages"));
}

void VmallocGroup::vmMapRam() {
  std::vector<Pfn> pages;
  for (int i = 0; i < 4; ++i)
    pages.push_back(*system.pages.allocate(gfp.kernel(), 0));
  experiments.begin();
  Address area = system.vmalloc.vmMapRam(pages);
  Record record = row("vm_map_ram", 4 * pageSize, area);
  record["addr"] = hexadecimal(area);
  record["find_vm_area"] = system.vmalloc.findVmArea(area) ? "found" : "NULL";
  experiments.finish(std::move(record));
  system.vmalloc.vmUnmapRam(area, 4);
  experiments.begin();
  area = system.vmalloc.vmapFrames({}, VmMap);
  record = experiments.row("vmap_0");
  record["result"] = area ? "ptr" : "NULL";
  experiments.finish(std::move(record));
  if (area)
    system.vmalloc.vunmap(area);
}

/// From which size on kvmalloc() gives what, with all memory free.
void VmallocGroup::thresholds() {
  std::string last;
  uint64_t from = 1, size = 1;
  const auto emitRun = [&] {
    Record record = experiments.row("kvmalloc_run");
    record["args"] = Record{{"from", from}, {"to_below", size}};
    record["result"] = last;
    experiments.finishWithoutSplat(std::move(record));
  };
  while (size <= 5 * mib) {
    const Address memory = system.kvmalloc.kvmalloc(size, gfp.kernel());
    const std::string kind = !memory ? "NULL" : isVmallocAddress(memory) ? "vmalloc" : "kmalloc";
    if (kind != last) {
      if (!last.empty())
        emitRun();
      last = kind;
      from = size;
    }
    system.kvmalloc.kvfree(memory);
    settle();
    size = size < 10000         ? size + 1
           : size < 4 * mib - 2 ? std::min(size + 8192, 4 * mib - 2)
           : size < 4 * mib + 4 ? size + 1
                                : size + 65536;
  }
  emitRun();
}

} // namespace kmem::sim
