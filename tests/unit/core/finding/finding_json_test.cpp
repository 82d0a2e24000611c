#include "core/finding/finding_json.h"
#include "core/finding/read_findings.h"

#include "gtest/gtest.h"

using namespace kmem;

namespace {

ContextSet setOf(std::initializer_list<ContextComponent> components) {
  ContextSet set;
  for (ContextComponent component : components)
    set.insert(component);
  return set;
}

ReplayHop sampleHop(const char *function, HopKind via) {
  ReplayHop hop;
  hop.function = {function, "drivers/a.c"};
  hop.definition = {"drivers/a.h", 10, 1};
  hop.context[ContextComponent::Preempt] = 2;
  hop.context[ContextComponent::IrqsOff] = 1;
  hop.call = {"drivers/a.c", 12, 9};
  hop.callee = via == HopKind::Pointer ? "" : "callee";
  hop.via = via;
  if (via == HopKind::Pointer)
    hop.candidates = {{"first", "drivers/b.c"}, {"second", "drivers/c.c"}};
  return hop;
}

/// Every member differs from its default, so one that is not written fails the round trip.
Finding sampleFinding(ReplayClaim claim) {
  Finding finding;
  finding.check = "kmem-atomic-gfp";
  finding.severity = Severity::Error;
  finding.confidence = Confidence::High;
  finding.message = "a \"message\" with\ttabs and ünïcode";
  finding.location = {"drivers/a.c", 12, 9};
  finding.function = "a_open";
  finding.fingerprint = "0123456789abcdef";
  finding.context = "preempt";
  for (unsigned kind = 0; kind < stepKindCount; ++kind)
    finding.trace.push_back({{"drivers/a.c", 1 + kind, 2}, "f", StepKind(kind), "step"});
  finding.otherPaths = 3;

  ReplayRecipe &recipe = finding.replay.emplace();
  recipe.entry = {{"a_irq", "drivers/a.c"}, "handler of request_irq()", false, {"drivers/a.c", 99, 2}};
  for (unsigned kind = 0; kind < hopKindCount; ++kind)
    recipe.hops.push_back(sampleHop("f", HopKind(kind)));
  recipe.target = {"kmalloc_noprof", {1, 2, 3, 4, {5, 6}}, std::move(claim)};
  recipe.allocation = {AllocationPlace::Earlier, {"probe", "drivers/a.c"}, {"drivers/a.c", 5, 1},
                       {"drivers/a.c", 6, 7},    "vmalloc_noprof",         "vmalloc",
                       {"dev.buffer"},           {{"get", "b.c"}}};
  recipe.source = {"user", "what copy_from_user() reads", {"a_ioctl", "drivers/a.c"}, {"drivers/a.c", 7, 3}};
  recipe.entersContext = {{{"a_lock", "drivers/a.c"},
                           {"drivers/a.h", 4, 2},
                           "spin_lock",
                           setOf({ContextComponent::Preempt, ContextComponent::Rcu})}};
  finding.verdict = {Verdict::Result::Confirmed,
                     "from the entry point",
                     "it happened",
                     {"probe ran"},
                     {{"count", "-1UL"}},
                     {{{"a.c", 1, 1}, "f", StepKind::Entry, "enters"}},
                     "BUG: sleeping\n"};
  return finding;
}

std::string lineOf(const Finding &finding) {
  std::string text;
  llvm::raw_string_ostream out(text);
  writeJsonLine(finding, out);
  return text;
}

class EveryClaim : public testing::TestWithParam<ReplayClaim> {};

TEST_P(EveryClaim, readsBackAsWritten) {
  const Finding finding = sampleFinding(GetParam());
  auto read = parseJsonLine(lineOf(finding));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, finding);
  EXPECT_EQ(lineOf(*read), lineOf(finding));
}

const ContextSet somewhere = setOf({ContextComponent::Preempt, ContextComponent::Nmi});

INSTANTIATE_TEST_SUITE_P(, EveryClaim,
                         testing::Values(SleepClaim{SleepKind::ByGfp, false, "GFP_KERNEL", somewhere, true, true},
                                         SleepClaim{SleepKind::Forbidden, true, "", somewhere, false, false},
                                         SizeClaim{~uint64_t(0), "KMALLOC_MAX_SIZE", true},
                                         SizeClaim{4096, "KMALLOC_MAX_SIZE", false, 0x2000},
                                         FreeClaim{FreeMismatch::Interior, {"slab", "kvmalloc"}, "vmalloc", -16},
                                         GfpClaim{{"__GFP_COMP"}, {"__GFP_DMA"}, 1, uint64_t(1) << 63, 2, "because"}));

TEST(FindingJson, recipeAndVerdictMayBeAbsent) {
  Finding finding = sampleFinding(SleepClaim());
  finding.replay.reset();
  finding.verdict.reset();
  auto read = parseJsonLine(lineOf(finding));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, finding);
  EXPECT_EQ(lineOf(finding).find("replay"), std::string::npos);
}

std::string with(std::string text, llvm::StringRef what, llvm::StringRef instead) {
  size_t at = text.find(what.str());
  EXPECT_NE(at, std::string::npos) << what.str();
  return text.replace(at, what.size(), instead);
}

TEST(FindingJson, unknownKeysAreIgnored) {
  const Finding finding = sampleFinding(SleepClaim());
  auto read = parseJsonLine(with(lineOf(finding), "{", "{\"later\": [1, {}], "));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, finding);
}

TEST(FindingJson, textThatIsNoUtf8IsMadeSo) {
  Finding finding = sampleFinding(SleepClaim());
  finding.message = "lone \xff byte";
  auto read = parseJsonLine(lineOf(finding));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->message, "lone \xef\xbf\xbd byte");
}

std::string errorOf(llvm::StringRef text) {
  auto findings = parseFindings(text, "f.jsonl");
  if (findings)
    return "no error";
  return llvm::toString(findings.takeError());
}

TEST(ReadFindings, errorsNameFileLineAndKey) {
  const std::string good = lineOf(sampleFinding(SleepClaim()));
  EXPECT_EQ(errorOf(good + "\n" + with(good, "\"error\"", "\"fatal\"")), "f.jsonl:3: unknown word at finding.severity");
  EXPECT_EQ(errorOf(with(good, "\"check\"", "\"chick\"")), "f.jsonl:1: missing key at finding.check");
  EXPECT_EQ(errorOf(with(good, "\"line\":12", "\"line\":-1")), "f.jsonl:1: expected a number in range at finding.line");
  EXPECT_EQ(errorOf(with(good, "\"unit\":\"drivers/b.c\"", "\"unit\":7")),
            "f.jsonl:1: expected a string at finding.replay.hops[1].candidates[0].unit");
  EXPECT_EQ(errorOf(with(good, "\"kind\":\"sleep\"", "\"kind\":\"dream\"")),
            "f.jsonl:1: unknown kind of target at finding.replay.target.kind");
  EXPECT_EQ(errorOf(with(good, "\"replay\":{\"version\":1", "\"replay\":{\"version\":9")),
            "f.jsonl:1: made by another version of kmem-tidy at finding.replay.version");
  EXPECT_EQ(errorOf("[]"), "f.jsonl:1: expected an object");
  EXPECT_TRUE(llvm::StringRef(errorOf("{\"version\"")).starts_with("f.jsonl:1: no JSON: "));
}

TEST(ReadFindings, keepsTheOrderAndSkipsEmptyLines) {
  Finding first = sampleFinding(SizeClaim()), second = sampleFinding(FreeClaim());
  auto findings = parseFindings("\n" + lineOf(first) + "\r\n\n" + lineOf(second), "f.jsonl");
  ASSERT_TRUE(bool(findings)) << llvm::toString(findings.takeError());
  EXPECT_EQ(*findings, (std::vector<Finding>{first, second}));
}

TEST(ReadFindings, aFileThatIsNotThereIsNamed) {
  auto findings = readFindings("/does/not/exist.jsonl");
  ASSERT_FALSE(bool(findings));
  EXPECT_EQ(llvm::toString(findings.takeError()), "/does/not/exist.jsonl: No such file or directory");
}

} // namespace
