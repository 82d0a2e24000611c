#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>
#include <unistd.h>

using namespace kmem::sim;

namespace {

class TopFrames : public FrameSource {
public:
  std::optional<Pfn> allocateTable() override { return next--; }
  void freeTable(Pfn) override {}

private:
  Pfn next = 0xff00;
};

constexpr Pfn somePfn = 0x4000;
constexpr uint64_t flags = PtePresent | PteWrite | PteNoExec;

struct HostWindowTest : testing::Test {
  static std::unique_ptr<HostWindow> open() {
    std::string problem;
    auto window = HostWindow::open(uint64_t(256) << 20, problem);
    EXPECT_EQ(problem, "");
    return window;
  }
  Kernel kernel{*profileNamed("612dbg"), open()};
  Memory &memory = kernel.memory;
  TopFrames frames;
  HostWindowTest() { memory.setFrameSource(&frames); }
};

/// Whether the host can read the byte, asked of the host's kernel.
bool isReadable(const std::byte *at) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const bool readable = write(ends[1], at, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return readable;
}

} // namespace

TEST_F(HostWindowTest, native_code_and_the_simulation_see_the_same_bytes) {
  auto *native = reinterpret_cast<uint64_t *>(memory.hostAddress(pageToVirt(somePfn) + 64));
  *native = 4711;
  EXPECT_EQ(memory.load<uint64_t>(pageToVirt(somePfn) + 64), 4711u);
  memory.store<uint64_t>(pageToVirt(somePfn) + 64, 4712);
  EXPECT_EQ(*native, 4712u);
  EXPECT_EQ(memory.fromHost(native), pageToVirt(somePfn) + 64);
}

TEST_F(HostWindowTest, scattered_frames_are_contiguous_in_the_vmalloc_area) {
  for (unsigned i = 0; i < 3; ++i)
    ASSERT_TRUE(memory.map(memory.kernelTable(), vmallocStart + i * pageSize, somePfn + 7 * i, flags));
  std::byte *native = memory.hostAddress(vmallocStart);
  std::memset(native, 0x5a, 3 * pageSize);
  for (unsigned i = 0; i < 3; ++i)
    EXPECT_EQ(memory.load<uint8_t>(pageToVirt(somePfn + 7 * i) + 99), 0x5a);
  EXPECT_EQ(memory.load<uint8_t>(pageToVirt(somePfn + 1)), 0);
  EXPECT_EQ(memory.fromHost(native + 5000), vmallocStart + 5000);
}

TEST_F(HostWindowTest, guards_and_freed_areas_fault_in_the_host) {
  ASSERT_TRUE(memory.map(memory.kernelTable(), vmallocStart, somePfn, flags));
  EXPECT_TRUE(isReadable(memory.hostAddress(vmallocStart)));
  EXPECT_FALSE(isReadable(memory.hostAddress(vmallocStart + pageSize)));
  memory.unmap(memory.kernelTable(), vmallocStart);
  EXPECT_FALSE(isReadable(memory.hostAddress(vmallocStart)));
}

TEST_F(HostWindowTest, the_per_cpu_area_is_shown_too) {
  const Address chunk = (vmallocEnd & pageMask) - 15 * pageSize;
  ASSERT_TRUE(memory.map(memory.kernelTable(), chunk, somePfn, flags));
  memory.store<uint32_t>(chunk + 12, 5);
  EXPECT_EQ(*reinterpret_cast<uint32_t *>(memory.hostAddress(chunk + 12)), 5u);
}

TEST_F(HostWindowTest, pointers_elsewhere_are_not_simulated_addresses) {
  int local = 0;
  EXPECT_EQ(memory.fromHost(&local), 0u);
  EXPECT_EQ(memory.fromHost(nullptr), 0u);
  EXPECT_EQ(memory.hostAddress(0x1000), nullptr);
  EXPECT_EQ(memory.hostAddress(kernelTextStart + physicalStart), nullptr);
}

TEST_F(HostWindowTest, a_dropped_frame_reads_zero) {
  memory.store<uint64_t>(pageToVirt(somePfn), 1);
  memory.dropFrame(somePfn);
  EXPECT_EQ(memory.load<uint64_t>(pageToVirt(somePfn)), 0u);
}

TEST_F(HostWindowTest, snapshots_are_refused_with_a_reason) {
  EXPECT_EQ(memory.snapshotRefusal(), "a machine whose memory native code sees cannot be snapshot");
  Kernel plain(*profileNamed("612dbg"));
  EXPECT_EQ(plain.memory.snapshotRefusal(), "");
  EXPECT_FALSE(plain.memory.isHostBacked());
  EXPECT_EQ(plain.memory.hostAddress(directMapStart), nullptr);
}

TEST(HostWindow, says_why_the_host_refuses) {
  std::string problem;
  EXPECT_EQ(HostWindow::open(uint64_t(1) << 62, problem), nullptr);
  EXPECT_FALSE(problem.empty());
}
