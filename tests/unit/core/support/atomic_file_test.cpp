#include "core/support/atomic_file.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {
using kmem::writeAtomically;

class AtomicFile : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("atomic-file", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> joined = folder;
    llvm::sys::path::append(joined, name);
    return std::string(joined);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error))
      all.push_back(llvm::sys::path::filename(it->path()).str());
    return all;
  }

  llvm::SmallString<128> folder;
};

TEST_F(AtomicFile, isReplacedAsAWhole) {
  for (const char *text : {"first, and longer", "second"})
    ASSERT_FALSE(llvm::errorToBool(writeAtomically(path("report"), text)));
  EXPECT_EQ((*llvm::MemoryBuffer::getFile(path("report")))->getBuffer(), "second");
  EXPECT_EQ(names(), std::vector<std::string>{"report"});
}

// `--report=jsonl=/dev/null` as root must not leave a regular file where the device was. A pipe takes the same way.
TEST_F(AtomicFile, goesThroughWhatCannotBeReplaced) {
  const std::string pipe = path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_FALSE(llvm::errorToBool(writeAtomically(pipe, "a report")));
  char bytes[32] = {};
  EXPECT_EQ(read(reader, bytes, sizeof(bytes)), 8);
  EXPECT_STREQ(bytes, "a report");
  close(reader);

  struct stat status{};
  ASSERT_EQ(stat(pipe.c_str(), &status), 0);
  EXPECT_TRUE(S_ISFIFO(status.st_mode));
  EXPECT_EQ(names(), std::vector<std::string>{"pipe"});
}

TEST_F(AtomicFile, namesWhatItCouldNotWrite) {
  const std::string text = llvm::toString(writeAtomically(path("no/such/report"), "x"));
  EXPECT_NE(text.find(path("no/such/report")), std::string::npos) << text;
}

} // namespace
