// Devices, memory that they see, memory that goes with their driver.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

constexpr Argument deviceArgument = named("device", ValueKind::Device, "a device");
constexpr Argument addArguments[] = {
    {"name", ArgumentKind::Text, "of the device"},
    {"bus", ArgumentKind::Text, "default: platform", false},
    {"dma_bits", ArgumentKind::Size, "address bits it can drive; default: 32", false},
};
constexpr Argument deviceSizeGfp[] = {deviceArgument, sizeArgument, gfpArgument};
constexpr Argument freeCoherentArguments[] = {deviceArgument, sizeArgument,
                                              named("memory", ValueKind::Coherent, "from dma_alloc_coherent")};
constexpr Argument mapArguments[] = {deviceArgument, pointerArgument, sizeArgument};
constexpr Argument poolArguments[] = {
    deviceArgument,
    {"name", ArgumentKind::Text, "of the pool"},
    sizeArgument,
    {"align", ArgumentKind::Size, "bytes"},
    {"boundary", ArgumentKind::Size, "that no block crosses; default: none", false},
};
constexpr Argument poolArgument = named("pool", ValueKind::DmaPool, "a DMA pool");
constexpr Argument poolAndGfp[] = {poolArgument, gfpArgument};
constexpr Argument poolAndMemory[] = {poolArgument, named("memory", ValueKind::Coherent, "from dma_pool_alloc")};
constexpr Argument poolOnly[] = {poolArgument};
constexpr Argument devicePointer[] = {deviceArgument, pointerArgument};
constexpr Argument deviceOnly[] = {deviceArgument};

Gfp gfpOf(const Step &step) { return Gfp(step.number("gfp")); }
DeviceId deviceOf(const Step &step) { return DeviceId(step.named("device").value); }
DmaPoolId poolOf(const Step &step) { return DmaPoolId(step.named("pool").value); }
CoherentMemory memoryOf(const Step &step) { return {step.named("memory").value, step.named("memory").extra}; }

void addDevice(Step &step) {
  const DeviceId device = step.system.dma.addDevice(step.text("bus", "platform"), step.text("name"));
  const unsigned bits = unsigned(step.number("dma_bits", 32));
  const uint64_t mask = dmaBitMask(std::min(bits, 64u));
  const int streaming = step.system.dma.setMask(device, mask);
  const int coherent = step.system.dma.setCoherentMask(device, mask);
  step.produce({ValueKind::Device, device, 0});
  step.result["mask_accepted"] = streaming == 0 && coherent == 0;
}

void tellCoherent(Step &step, CoherentMemory memory, uint64_t size) {
  step.producePointer(memory.address, size);
  step.produce({ValueKind::Coherent, memory.address, memory.bus});
  if (memory.address)
    step.result["bus_address"] = hexadecimal(memory.bus);
}

void mapSingle(Step &step) {
  const BusAddress bus = step.system.dma.mapSingle(deviceOf(step), step.number("ptr"), step.number("size"));
  if (bus == dmaMappingError)
    return step.say("DMA_MAPPING_ERROR");
  step.say("mapped");
  step.result["bus_address"] = hexadecimal(bus);
}

constexpr Operation table[] = {
    {"device", "adds a device to the bus", addArguments, ValueKind::Device, addDevice},
    {"dma_alloc_coherent", "memory that CPU and device see alike", deviceSizeGfp, ValueKind::Coherent,
     [](Step &s) {
       tellCoherent(s, s.system.dma.allocateCoherent(deviceOf(s), s.number("size"), gfpOf(s)), s.number("size"));
     }},
    {"dma_free_coherent", "gives it back", freeCoherentArguments, ValueKind::None,
     [](Step &s) { s.system.dma.freeCoherent(deviceOf(s), s.number("size"), memoryOf(s)); }},
    {"dma_map_single", "lets a device see kmalloc memory", mapArguments, ValueKind::None, mapSingle},
    {"dma_pool_create", "a pool of small coherent blocks", poolArguments, ValueKind::DmaPool,
     [](Step &s) {
       s.produce({ValueKind::DmaPool,
                  s.system.dmaPools.create(s.text("name"), deviceOf(s), s.number("size"), s.number("align"),
                                           s.number("boundary")),
                  0});
     }},
    {"dma_pool_alloc", "a block of a pool", poolAndGfp, ValueKind::Coherent,
     [](Step &s) {
       tellCoherent(s, s.system.dmaPools.allocate(poolOf(s), gfpOf(s)), s.system.dmaPools[poolOf(s)].size);
     }},
    {"dma_pool_free", "gives a block back", poolAndMemory, ValueKind::None,
     [](Step &s) { s.system.dmaPools.free(poolOf(s), memoryOf(s)); }},
    {"dma_pool_destroy", "removes a pool", poolOnly, ValueKind::None,
     [](Step &s) { s.system.dmaPools.destroy(poolOf(s)); }},
    {"devm_kmalloc", "memory that goes with the device's driver", deviceSizeGfp, ValueKind::Pointer,
     [](Step &s) {
       s.producePointer(s.system.devres.kmalloc(deviceOf(s), s.number("size"), gfpOf(s)), s.number("size"));
     }},
    {"devm_kfree", "gives it back early", devicePointer, ValueKind::None,
     [](Step &s) { s.system.devres.kfree(deviceOf(s), s.number("ptr")); }},
    {"devres_release_all", "the driver goes: all of it is given back", deviceOnly, ValueKind::None,
     [](Step &s) {
       s.say(int64_t(s.system.devres.resources(deviceOf(s))));
       s.system.devres.releaseAll(deviceOf(s));
     }},
};

} // namespace

llvm::ArrayRef<Operation> dmaOperations() { return table; }

} // namespace kmem::sim
