#include "checker/store/summary_cache.h"

#include "core/support/atomic_file.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include "gtest/gtest.h"

using namespace kmem::store;

namespace {
using kmem::writeAtomically;
using kmem::writeIfDifferent;

class CacheTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("kmem-store", root));
    write("a.c", "int a;");
    write("h.h", "int h;");
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  std::string at(const llvm::Twine &name) {
    llvm::SmallString<128> path(root);
    llvm::sys::path::append(path, name);
    return std::string(path);
  }
  /// Written and dated a minute back, as a file that nobody is editing.
  void write(llvm::StringRef name, llvm::StringRef text, int secondsAgo = 60) {
    llvm::cantFail(writeAtomically(at(name), text));
    int descriptor = -1;
    ASSERT_FALSE(llvm::sys::fs::openFileForReadWrite(at(name), descriptor, llvm::sys::fs::CD_OpenExisting,
                                                     llvm::sys::fs::OF_None));
    auto time = std::chrono::system_clock::now() - std::chrono::seconds(secondsAgo);
    ASSERT_FALSE(llvm::sys::fs::setLastAccessAndModificationTime(descriptor, time));
    llvm::sys::fs::closeFile(descriptor);
  }
  SummaryCache open() { return llvm::cantFail(SummaryCache::open(at("cache"))); }
  UnitIdentity unit(llvm::StringRef name, llvm::StringRef inputs = "args") {
    return {digestOf(name), digestOf(inputs), at(name)};
  }
  /// A run that summarises `name` and ends.
  void remember(llvm::StringRef name, llvm::StringRef bytes) {
    SummaryCache cache = open();
    cache.record(unit(name), llvm::cantFail(cache.write(bytes)), {at(name), at("h.h")});
    llvm::cantFail(cache.save());
  }
  bool found(llvm::StringRef name, llvm::StringRef inputs = "args") {
    return open().find(unit(name, inputs)).has_value();
  }

  llvm::SmallString<128> root;
};

TEST_F(CacheTest, FindsWhatNothingHasChanged) {
  EXPECT_FALSE(found("a.c"));
  remember("a.c", "bytes");
  SummaryCache cache = open();
  auto summary = cache.find(unit("a.c"));
  ASSERT_TRUE(summary);
  EXPECT_EQ(llvm::cantFail(cache.read(*summary))->getBuffer(), "bytes");
}

TEST_F(CacheTest, ChangedHeaderOrArgumentsMakeItAnew) {
  remember("a.c", "bytes");
  EXPECT_FALSE(found("a.c", "other args"));
  write("h.h", "int H;", 30);
  EXPECT_FALSE(found("a.c"));
}

TEST_F(CacheTest, TouchedButEqualIsStillValid) {
  remember("a.c", "bytes");
  write("h.h", "int h;", 30);
  EXPECT_TRUE(found("a.c"));
}

TEST_F(CacheTest, RemovedHeaderMakesItAnew) {
  remember("a.c", "bytes");
  llvm::sys::fs::remove(at("h.h"));
  EXPECT_FALSE(found("a.c"));
}

TEST_F(CacheTest, FileEditedDuringTheRunIsNotTrusted) {
  SummaryCache cache = open();
  write("h.h", "edited", -1);
  cache.record(unit("a.c"), llvm::cantFail(cache.write("bytes")), {at("a.c"), at("h.h")});
  llvm::cantFail(cache.save());
  EXPECT_FALSE(cache.headersDigest());
  EXPECT_FALSE(found("a.c"));
}

TEST_F(CacheTest, TruncatedSummaryIsMadeAnewWithAWarning) {
  remember("a.c", "bytes");
  std::error_code error;
  for (llvm::sys::fs::directory_iterator file(at("cache/units"), error), end; file != end; file.increment(error))
    llvm::cantFail(writeAtomically(file->path(), "byt"));
  SummaryCache cache = open();
  EXPECT_FALSE(cache.find(unit("a.c")));
  auto warnings = cache.takeWarnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("a.c"), std::string::npos);
}

TEST_F(CacheTest, DamagedIndexIsForgottenWithAWarning) {
  remember("a.c", "bytes");
  auto index = llvm::MemoryBuffer::getFile(at("cache/index"));
  std::string bytes = (*index)->getBuffer().str();
  for (size_t length = 0; length < bytes.size(); length += 7) {
    llvm::cantFail(writeAtomically(at("cache/index"), llvm::StringRef(bytes).take_front(length)));
    SummaryCache cache = open();
    EXPECT_FALSE(cache.find(unit("a.c")));
    EXPECT_EQ(cache.takeWarnings().size(), 1u) << length;
  }
}

TEST_F(CacheTest, UnusableFolderIsOneError) {
  write("file", "");
  auto cache = SummaryCache::open(at("file"));
  ASSERT_FALSE(bool(cache));
  std::string text = llvm::toString(cache.takeError());
  EXPECT_NE(text.find("file"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST_F(CacheTest, RunsThatEndTogetherKeepEachOthersUnits) {
  write("b.c", "int b;");
  SummaryCache first = open(), second = open();
  first.record(unit("a.c"), llvm::cantFail(first.write("A")), {at("a.c")});
  second.record(unit("b.c"), llvm::cantFail(second.write("B")), {at("b.c")});
  llvm::cantFail(first.save());
  llvm::cantFail(second.save());
  EXPECT_TRUE(found("a.c"));
  EXPECT_TRUE(found("b.c"));
}

TEST_F(CacheTest, HeadersDigestIgnoresMainFiles) {
  auto digest = [&] {
    SummaryCache cache = open();
    EXPECT_TRUE(cache.find(unit("a.c")));
    return cache.headersDigest();
  };
  remember("a.c", "bytes");
  auto before = digest();
  ASSERT_TRUE(before);
  write("a.c", "int changed;", 40);
  remember("a.c", "other");
  EXPECT_EQ(digest(), before);
  write("h.h", "changed", 40);
  remember("a.c", "other");
  EXPECT_NE(digest(), before);
}

TEST_F(CacheTest, ResultsAreKeptByKeyAndVerified) {
  SummaryCache cache = open();
  EXPECT_EQ(cache.readResult("findings", digestOf("k")), nullptr);
  llvm::cantFail(cache.writeResult("findings", digestOf("k"), "text"));
  ASSERT_NE(cache.readResult("findings", digestOf("k")), nullptr);
  EXPECT_EQ(cache.readResult("findings", digestOf("k"))->getBuffer(), "text");
  EXPECT_EQ(cache.readResult("findings", digestOf("other")), nullptr);
  llvm::cantFail(writeAtomically(at("cache/results/findings"), "damaged"));
  EXPECT_EQ(cache.readResult("findings", digestOf("k")), nullptr);
}

TEST_F(CacheTest, FullDiskIsAnErrorThatNamesTheFile) {
  std::string text = llvm::toString(writeAtomically("/dev/full/x", "bytes"));
  EXPECT_NE(text.find("/dev/full/x"), std::string::npos);
}

TEST_F(CacheTest, EqualBytesAreNotWrittenAgain) {
  write("out", "bytes");
  llvm::sys::fs::file_status before, after;
  llvm::sys::fs::status(at("out"), before);
  llvm::cantFail(writeIfDifferent(at("out"), "bytes"));
  llvm::sys::fs::status(at("out"), after);
  EXPECT_EQ(before.getLastModificationTime(), after.getLastModificationTime());
  EXPECT_EQ(before.getUniqueID(), after.getUniqueID());
}

} // namespace
