#include "core/report/report.h"

#include "core/report/source_lines.h"

#include "gtest/gtest.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace kmem;

namespace {

/// A source root of one file, gone with the test.
class ReportTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("kmem-report", root));
    write("a.c", "int f(void)\n{\n\tlock(&l);\n\tp = alloc(8, \"\x80\");\n}\n");
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  void write(llvm::StringRef name, llvm::StringRef text) {
    llvm::SmallString<128> path(root);
    llvm::sys::path::append(path, name);
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
  }

  Finding sample() {
    Finding finding;
    finding.check = "kmem-sample";
    finding.message = "alloc() may sleep";
    finding.location = {"a.c", 4, 6};
    finding.function = "f";
    finding.fingerprint = "0123456789abcdef";
    finding.context = "preempt";
    finding.trace = {{{"a.c", 3, 2}, "f", StepKind::Context, "'l' is taken here"},
                     {{"a.c", 4, 6}, "f", StepKind::Site, "f() allocates here"}};
    finding.otherPaths = 2;
    return finding;
  }

  std::vector<Finding> everyResult();

  std::string report(llvm::StringRef format, std::vector<Finding> findings, bool color = false) {
    std::string text;
    llvm::raw_string_ostream out(text);
    findReportFormat(format)->write(findings, {root.str().str(), color}, out);
    return text;
  }

  llvm::SmallString<128> root;
};

TEST_F(ReportTest, TextShowsSourceCaretAndPath) {
  EXPECT_EQ(report("text", {sample()}), "a.c:4:6: warning: alloc() may sleep [kmem-sample]\n"
                                        "    4 |         p = alloc(8, \"\x80\");\n"
                                        "      |             ^\n"
                                        "a.c:3:2: note: 1. 'l' is taken here [in f]\n"
                                        "    3 |         lock(&l);\n"
                                        "      |         ^\n"
                                        "a.c:4:6: note: 2. f() allocates here\n"
                                        "note: 2 more paths lead to the same mistake\n"
                                        "\n");
}

TEST_F(ReportTest, ANoteSaysItsFunctionUnlessItsTextDoes) {
  Finding finding = sample();
  finding.trace = {{{"a.c", 3, 0}, "rx", StepKind::Call, "calls rx_parse()"},
                   {{"a.c", 3, 0}, "rx", StepKind::Call, "rx() is entered"}};
  std::string text = report("text", {finding});
  EXPECT_NE(text.find("calls rx_parse() [in rx]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("rx() is entered\n"), std::string::npos) << text;
}

TEST_F(ReportTest, TextWithoutTheSourceHasNoSnippet) {
  Finding finding = sample();
  finding.trace.clear();
  finding.otherPaths = 0;
  finding.location = {"gone.c", 4, 0};
  EXPECT_EQ(report("text", {finding}), "gone.c:4: warning: alloc() may sleep [kmem-sample]\n\n");
}

TEST_F(ReportTest, ColorsOnlyOnDemand) {
  EXPECT_EQ(report("text", {sample()}).find('\x1b'), std::string::npos);
  EXPECT_NE(report("text", {sample()}, true).find('\x1b'), std::string::npos);
}

TEST_F(ReportTest, JsonLinesHaveExactlyTheKeysOfTheSchema) {
  std::string text = report("jsonl", {sample(), sample()});
  ASSERT_EQ(llvm::StringRef(text).count('\n'), 2u);
  auto value = llvm::json::parse(llvm::StringRef(text).split('\n').first);
  ASSERT_TRUE(bool(value)) << llvm::toString(value.takeError());
  auto schema = llvm::MemoryBuffer::getFile(KMEM_SOURCE_DIR "/docs/schema/finding.schema.json");
  ASSERT_TRUE(bool(schema));
  auto description = llvm::json::parse((*schema)->getBuffer());
  ASSERT_TRUE(bool(description)) << llvm::toString(description.takeError());
  const llvm::json::Object &finding = *value->getAsObject();
  const llvm::json::Array &required = *description->getAsObject()->getArray("required");
  EXPECT_EQ(finding.size(), required.size());
  for (const llvm::json::Value &key : required)
    EXPECT_TRUE(finding.get(*key.getAsString())) << key.getAsString()->str();
  EXPECT_EQ(finding.getArray("trace")->size(), 2u);
  EXPECT_EQ(*(*finding.getArray("trace"))[0].getAsObject()->getString("kind"), "context");
}

TEST_F(ReportTest, JsonIsUtf8WhateverTheSourceSays) {
  Finding finding = sample();
  finding.message = "bad \x80 byte";
  EXPECT_TRUE(llvm::json::isUTF8(report("jsonl", {finding})));
}

TEST_F(ReportTest, NoFindings) {
  EXPECT_EQ(report("text", {}), "");
  EXPECT_EQ(report("jsonl", {}), "");
  EXPECT_EQ(report("ktap", {}), "KTAP version 1\n1..0\n");
  EXPECT_EQ(report("junit", {}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"kmem-tidy\" tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
            "  </testsuite>\n</testsuites>\n");
}

/// One of each kind: not replayed, confirmed, refuted, unknown.
std::vector<Finding> ReportTest::everyResult() {
  std::vector<Finding> findings(4, sample());
  findings[1].verdict = {
      Verdict::Result::Confirmed,         "from the entry point", "", {"probe() succeeded"}, {{"n", "3"}}, {},
      "BUG: sleeping function\n <TASK>\n"};
  findings[1].location.file = "b#.c";
  findings[2].verdict = {Verdict::Result::Refuted, "", "the flags are always 'atomic' & <fine>", {}, {}, {}, ""};
  findings[3].verdict = {Verdict::Result::Unknown, "", "a loop was cut off", {}, {}, {}, ""};
  return findings;
}

TEST_F(ReportTest, KtapHasATestForEachFinding) {
  EXPECT_EQ(report("ktap", everyResult()),
            "KTAP version 1\n"
            "1..4\n"
            "# warning: alloc() may sleep\n"
            "#   a.c:3:2: 'l' is taken here\n"
            "#   a.c:4:6: f() allocates here\n"
            "not ok 1 kmem-sample a.c:4:6\n"
            "# warning: alloc() may sleep\n"
            "#   a.c:3:2: 'l' is taken here\n"
            "#   a.c:4:6: f() allocates here\n"
            "# verdict: confirmed from the entry point\n"
            "#   assuming that probe() succeeded\n"
            "#   n = 3\n"
            "# BUG: sleeping function\n"
            "#  <TASK>\n"
            "not ok 2 kmem-sample b?.c:4:6\n"
            "ok 3 kmem-sample a.c:4:6 # refuted: the flags are always 'atomic' & <fine>\n"
            "ok 4 kmem-sample a.c:4:6 # SKIP unknown: a loop was cut off\n");
}

TEST_F(ReportTest, JunitHasATestcaseForEachFinding) {
  EXPECT_EQ(report("junit", everyResult()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites>\n"
            "  <testsuite name=\"kmem-tidy\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\">\n"
            "    <testcase classname=\"kmem-sample\" name=\"a.c:4:6 f()\" file=\"a.c\" line=\"4\">\n"
            "      <failure type=\"warning\" message=\"alloc() may sleep\">warning: alloc() may sleep\n"
            "  a.c:3:2: 'l' is taken here\n"
            "  a.c:4:6: f() allocates here</failure>\n"
            "    </testcase>\n"
            "    <testcase classname=\"kmem-sample\" name=\"b#.c:4:6 f()\" file=\"b#.c\" line=\"4\">\n"
            "      <failure type=\"warning\" message=\"alloc() may sleep\">warning: alloc() may sleep\n"
            "  a.c:3:2: 'l' is taken here\n"
            "  a.c:4:6: f() allocates here\n"
            "verdict: confirmed from the entry point\n"
            "  assuming that probe() succeeded\n"
            "  n = 3\n"
            "BUG: sleeping function\n"
            " &lt;TASK&gt;</failure>\n"
            "    </testcase>\n"
            "    <testcase classname=\"kmem-sample\" name=\"a.c:4:6 f()\" file=\"a.c\" line=\"4\">\n"
            "      <system-out>refuted: the flags are always 'atomic' &amp; &lt;fine&gt;</system-out>\n"
            "    </testcase>\n"
            "    <testcase classname=\"kmem-sample\" name=\"a.c:4:6 f()\" file=\"a.c\" line=\"4\">\n"
            "      <skipped message=\"unknown: a loop was cut off\"/>\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

TEST_F(ReportTest, JunitIsXmlWhateverTheSourceSays) {
  Finding finding = sample();
  finding.message = "\x01 \x80 \"&\"";
  EXPECT_NE(report("junit", {finding}).find("message=\"? \xef\xbf\xbd &quot;&amp;&quot;\""), std::string::npos);
}

TEST_F(ReportTest, TextShowsTheVerdictAndItsAssumptions) {
  EXPECT_TRUE(llvm::StringRef(report("text", {everyResult()[1]}))
                  .ends_with("note: 2 more paths lead to the same mistake\n"
                             "verdict: confirmed from the entry point\n"
                             "         assuming that probe() succeeded\n\n"));
  EXPECT_TRUE(
      llvm::StringRef(report("text", {everyResult()[3]})).ends_with("verdict: unknown: a loop was cut off\n\n"));
}

TEST_F(ReportTest, UnknownFormatIsNull) { EXPECT_EQ(findReportFormat("xml"), nullptr); }

TEST_F(ReportTest, LinesKnowTheirLimits) {
  SourceLines lines(root);
  EXPECT_EQ(lines.line("a.c", 2), "{");
  EXPECT_EQ(lines.line("a.c", 0), "");
  EXPECT_EQ(lines.line("a.c", 99), "");
  EXPECT_EQ(lines.line("gone.c", 1), "");
}

} // namespace
