// The machine that a truth file was recorded on follows from its name and its meta record.
#include "runtime/scenario/truth_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

constexpr uint64_t mebibyte = uint64_t(1) << 20;

/// Reads a file of that name with that text.
TruthFile read(llvm::StringRef name, llvm::StringRef text, llvm::StringRef profile = "") {
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("truth", path));
  const std::string folder(path);
  llvm::sys::path::append(path, name);
  std::error_code error;
  llvm::raw_fd_ostream(path, error) << text;
  TruthFile file = llvm::cantFail(readTruthFile(path, profile));
  llvm::sys::fs::remove_directories(folder);
  return file;
}

TEST(TruthFile, nameSaysTheMachine) {
  const TruthFile file = read("exhaust-612dbg-512M-noboost.jsonl", "{\"id\":0,\"op\":\"zone_state\"}\n");
  EXPECT_EQ(file.group, "exhaust");
  EXPECT_EQ(file.profile.memoryBytes, 512 * mebibyte);
  EXPECT_FALSE(file.profile.watermarkBoost);
  EXPECT_EQ(file.profile.cpus, 2u);
  EXPECT_EQ(file.records.size(), 1u);
}

TEST(TruthFile, variantsOfTheMatrix) {
  const TruthFile ipi = read("matrix-612-ipi-summary.jsonl", "{\"api\":\"a\",\"ctx\":\"c\"}\n");
  EXPECT_EQ(ipi.variant, "ipi");
  EXPECT_EQ(ipi.profile.cpus, 2u);
  EXPECT_EQ(read("matrix-61-summary.jsonl", "").profile.cpus, 1u);
  EXPECT_FALSE(read("matrix-61-summary.jsonl", "").profile.release.atLeast(6, 12));
}

TEST(TruthFile, metaSaysMore) {
  const TruthFile file = read("oom-612dbg.jsonl", "{\"op\":\"meta\",\"group\":\"oom\",\"totalram_pages\":25519,"
                                                  "\"nr_cpus\":1,\"cmdline\":\"x slub_debug=FZ y\"}\n"
                                                  "{\"op\":\"procfile\",\"line\":\"\"}\n");
  EXPECT_EQ(file.profile.memoryBytes, 128 * mebibyte);
  EXPECT_EQ(file.profile.cpus, 1u);
  EXPECT_TRUE(file.profile.slubDebug.redZone);
  EXPECT_FALSE(file.profile.slubDebug.poison);
  EXPECT_TRUE(file.records.empty());
}

TEST(TruthFile, aNamelessFileIsKnownByItsRelease) {
  const char *meta = "{\"op\":\"meta\",\"group\":\"gfp\",\"release\":\"6.12.117+deb12-amd64\"}\n";
  EXPECT_TRUE(read("records.jsonl", meta).profile.distribution);
  EXPECT_FALSE(read("records.jsonl", meta, "61dbg").profile.distribution);
}

} // namespace
