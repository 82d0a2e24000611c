// Families besides kmalloc: success, failure, a forbidden context, the wrong release.
#include "models_fixture.h"

using namespace kmem;
using namespace kmem::replay;

namespace {

class Allocators : public ModelsTest {
protected:
  const Address device = lazyObject("dev"), handle = addressOf("buffer");
  std::string familyOf(Address address) const {
    const Allocation *known = models.allocationAt(address);
    return known && known->family ? rules.families[known->family - 1].name : "";
  }
  bool isFreed(Address address) const { return models.allocationAt(address) && models.allocationAt(address)->freed; }
};

TEST_F(Allocators, PagesAreNamedByTheirStruct) {
  const Address page = call("alloc_pages_noprof", gfpKernel(), 2);
  EXPECT_EQ((page - sim::vmemmapStart) % sim::structPageSize, 0u);
  EXPECT_EQ(familyOf(page), "page");
  EXPECT_EQ(models.allocationAt(page)->order, 2);
  const Address memory = call("lowmem_page_address", page);
  machine.memory.store(memory, variable("x"));
  call("__free_pages", page, 2);
  EXPECT_TRUE(isFreed(page));
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, PagesFailByChoiceAndByOrder) {
  chooser.choices[ChoiceKind::Allocation] = {1};
  EXPECT_EQ(call("alloc_pages_noprof", gfpKernel(), 0), 0u);
  EXPECT_EQ(call("get_free_pages_noprof", gfpKernel(), 40), 0u);
  EXPECT_EQ(chooser.asked.size(), 1u);
}

TEST_F(Allocators, AddressesOfPages) {
  const Address address = call("get_zeroed_page_noprof", gfpKernel());
  EXPECT_EQ(familyOf(address + 4095), "page_address");
  EXPECT_EQ(wordAt(address), 0u);
  call("free_pages", address, 0);
  const Address exact = call("alloc_pages_exact_noprof", 5000, gfpKernel());
  EXPECT_EQ(familyOf(exact), "page_exact");
  call("free_pages_exact", exact, 5000);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, TheLastReferenceFreesAFolio) {
  const Address folio = call("folio_alloc_noprof", gfpKernel(), 1);
  call("folio_get", folio);
  call("folio_put", folio);
  EXPECT_FALSE(isFreed(folio));
  call("folio_put", folio);
  EXPECT_TRUE(isFreed(folio));
  call("put_page", lazyObject("page")); // somebody else's
}

TEST_F(Allocators, APageOfUnknownOriginHasOneMemory) {
  const Address page = lazyObject("page"), memory = call("lowmem_page_address", page);
  EXPECT_TRUE(machine.objects.at(memory));
  EXPECT_EQ(call("lowmem_page_address", page), memory);
}

TEST_F(Allocators, BulkPagesFillTheArray) {
  EXPECT_EQ(call("alloc_pages_bulk_noprof", gfpKernel(), 0, 0, 3, 0, handle), 3u);
  EXPECT_EQ(familyOf(wordAt(handle + 16)), "");
  EXPECT_NE(wordAt(handle + 16), 0u);
}

TEST_F(Allocators, VmallocSleepsAndSaysSo) {
  const Address area = call("vmalloc_noprof", 10000);
  EXPECT_TRUE(sim::isVmallocAddress(area));
  call("vfree", area);
  EXPECT_EQ(printed(), "");
  enter(ContextComponent::Preempt);
  call("vmalloc_noprof", 10000);
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context"));
}

TEST_F(Allocators, VmallocFailsByChoice) {
  chooser.choices[ChoiceKind::Allocation] = {1};
  EXPECT_EQ(call("vzalloc_noprof", 10000), 0u);
}

TEST_F(Allocators, ReleasesOfAnotherFamilyPrintTheKernelsText) {
  const Address object = call("kmalloc_noprof", 64, gfpKernel());
  call("vfree", object);
  EXPECT_TRUE(says("Trying to vfree() nonexistent vm area"));
  EXPECT_TRUE(says("WARNING: CPU: 0"));
}

TEST_F(Allocators, AnUnknownAreaIsCheckedAsWell) {
  enter(ContextComponent::Preempt);
  call("vfree", lazyObject());
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context at mm/vmalloc.c"));
}

TEST_F(Allocators, AnUnknownMappingIsCheckedAsWell) {
  enter(ContextComponent::Preempt);
  call("vm_unmap_ram", lazyObject(), 4);
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context"));
}

TEST_F(Allocators, KvmallocIsEither) {
  const Address small = call("__kvmalloc_node_noprof", 100, gfpKernel(), 0);
  const Address large = call("__kvmalloc_node_noprof", 100 << 10, gfpKernel(), 0);
  EXPECT_FALSE(call("is_vmalloc_addr", small));
  call("kvfree", small);
  call("kvfree", large);
  EXPECT_TRUE(isFreed(small) && isFreed(large));
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, WhoAsksWhatKvmallocGaveKnows) {
  const Address small = call("__kvmalloc_node_noprof", 100, gfpKernel(), 0);
  const Address large = call("__kvmalloc_node_noprof", 8 << 20, gfpKernel(), 0);
  const Address plain = call("__kmalloc_noprof", 100, gfpKernel());
  EXPECT_EQ(familyOf(small), "kvmalloc");
  for (Address memory : {small, large, plain})
    call("is_vmalloc_addr", memory);
  EXPECT_EQ(familyOf(small), "slab");
  EXPECT_EQ(familyOf(large), "vmalloc");
  EXPECT_EQ(familyOf(plain), "slab");
}

TEST_F(Allocators, WhatKvfreeReleasesMayBeVmallocMemory) {
  enter(ContextComponent::Preempt);
  call("kvfree", lazyObject());
  EXPECT_EQ(printed(), "");
  chooser.choices[ChoiceKind::ObjectShape] = {1};
  call("kvfree", lazyObject());
  EXPECT_TRUE(says("BUG: sleeping function"));
}

TEST_F(Allocators, MappingsOfPages) {
  const Address page = call("alloc_pages_noprof", gfpKernel(), 0);
  machine.memory.store(handle, Value::known(page, 64));
  const Address area = call("vmap", handle, 1, 0, 0);
  EXPECT_EQ(familyOf(area), "vmap");
  call("vunmap", area);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, PercpuPointersLeadToTheCopyOfThisCpu) {
  const Address pointer = call("pcpu_alloc_noprof", 24, 8, 0, gfpKernel());
  EXPECT_EQ(familyOf(pointer), "percpu");
  EXPECT_EQ(wordAt(pointer), 0u);
  call("free_percpu", pointer);
  chooser.choices[ChoiceKind::Allocation] = {1};
  EXPECT_EQ(call("pcpu_alloc_noprof", 24, 8, 0, gfpKernel()), 0u);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, PoolsThatMayWaitNeverFail) {
  const Address pool = call("mempool_create_kmalloc_pool", 2, 100);
  EXPECT_EQ(familyOf(pool), "mempool_pool");
  chooser.asked.clear();
  const Address element = call("mempool_alloc_noprof", pool, gfpKernel());
  EXPECT_TRUE(chooser.asked.empty());
  EXPECT_EQ(models.allocationAt(element)->cache, pool);
  call("mempool_free", element, pool);
  chooser.choices[ChoiceKind::Allocation] = {1};
  EXPECT_EQ(call("mempool_alloc_noprof", pool, gfpAtomic()), 0u);
  call("mempool_destroy", pool);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, CoherentMemoryComesWithItsHandle) {
  const Address memory = call("dma_alloc_attrs", device, 4096, handle, gfpKernel(), 0);
  EXPECT_NE(memory, 0u);
  EXPECT_EQ(wordAt(handle), memory - sim::directMapStart);
  call("dma_free_attrs", device, 4096, memory, wordAt(handle), 0);
  EXPECT_EQ(printed(), "");
  enter(ContextComponent::IrqsOff);
  call("dma_free_attrs", device, 4096, lazyObject(), 0, 0);
  EXPECT_TRUE(says("WARNING: CPU: 0"));
}

TEST_F(Allocators, NoncoherentMemoryIsTheFramesOfItsHandle) {
  const Address memory = call("dma_alloc_noncoherent", device, 8192, handle, 0, gfpKernel());
  EXPECT_EQ(familyOf(memory), "dma_noncoherent");
  EXPECT_EQ(wordAt(handle), memory - sim::directMapStart);
  EXPECT_EQ(wordAt(memory), 0u);
  call("dma_free_noncoherent", device, 8192, memory, wordAt(handle), 0);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, DmaPools) {
  const Address pool = call("dma_pool_create", addressOf("text"), device, 64, 64, 0);
  const Address block = call("dma_pool_alloc", pool, gfpKernel(), handle);
  EXPECT_EQ(familyOf(block), "dma_pool_block");
  call("dma_pool_free", pool, block, wordAt(handle));
  call("dma_pool_destroy", pool);
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, ManagedMemoryBelongsToItsDevice) {
  const Address memory = call("devm_kmalloc", device, 100, gfpKernel());
  EXPECT_EQ(familyOf(memory), "devm");
  EXPECT_EQ(models.allocationAt(memory)->cache, device);
  const Value secret = variable("secret");
  machine.memory.store(memory, secret);
  const Address moved = call("devm_krealloc", device, memory, 1000, gfpKernel());
  EXPECT_EQ(machine.memory.load(moved, 64), secret);
  call("devm_kfree", device, moved);
  EXPECT_EQ(printed(), "");
  call("devm_kfree", device, call("kmalloc_noprof", 64, gfpKernel()));
  EXPECT_TRUE(says("WARNING: CPU: 0"));
}

TEST_F(Allocators, CopiesTakeTermsAlong) {
  const Address object = call("kmalloc_noprof", 64, gfpKernel());
  const Value secret = variable("secret");
  machine.memory.store(object, secret);
  const Address copy = call("kmemdup_noprof", object, 64, gfpKernel());
  EXPECT_EQ(machine.memory.load(copy, 64), secret);
  const Address text = call("kstrdup", addressOf("text"), gfpKernel());
  EXPECT_EQ(models.allocationAt(text)->size, 6u);
  EXPECT_EQ(machine.memory.load(text + 4, 16).bits(), uint64_t('o'));
  EXPECT_EQ(call("kstrdup_const", addressOf("text"), gfpKernel()), addressOf("text"));
  call("kfree_const", addressOf("text"));
  EXPECT_EQ(call("kstrdup", 0, gfpKernel()), 0u);
}

TEST_F(Allocators, CopiesFromUsersMayFail) {
  const Address copy = call("memdup_user", 0x1000, 16);
  EXPECT_FALSE(machine.memory.load(copy, 64).isKnown());
  chooser.choices[ChoiceKind::Allocation] = {1, 0};
  chooser.choices[ChoiceKind::UserCopy] = {1};
  EXPECT_EQ(int64_t(call("memdup_user", 0x1000, 16)), -12);
  EXPECT_EQ(int64_t(call("memdup_user", 0x1000, 16)), -14);
}

TEST_F(Allocators, FreedAfterAGracePeriod) {
  const Address object = call("kmalloc_noprof", 64, gfpKernel());
  call("kvfree_call_rcu", object + 16, object);
  EXPECT_TRUE(isFreed(object));
  call("synchronize_rcu");
  EXPECT_EQ(printed(), "");
}

TEST_F(Allocators, FamiliesWithoutAnAllocatorAreObjects) {
  const Address skb = call("__alloc_skb", 100, gfpKernel(), 0, 0);
  EXPECT_TRUE(machine.objects.at(skb));
  EXPECT_EQ(familyOf(skb), "skb");
  call("consume_skb", skb);
  EXPECT_TRUE(isFreed(skb));
  call("consume_skb", skb);
  EXPECT_TRUE(says("double-free in consume_skb"));
}

} // namespace
