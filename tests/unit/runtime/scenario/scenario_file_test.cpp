// Everything that can be wrong with a scenario is said with file and line before anything runs.
#include "runtime/scenario/scenario_file.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

/// The problems of a scenario, one a line.
std::string problemsOf(llvm::StringRef text) {
  Problems problems;
  const auto scenario = parseScenario(text, "s.jsonl", problems);
  EXPECT_EQ(scenario.has_value(), problems.empty());
  std::string all;
  for (const std::string &problem : problems)
    all += problem + "\n";
  return all;
}

void expectProblem(llvm::StringRef text, const std::string &part) {
  EXPECT_NE(problemsOf(text).find(part), std::string::npos) << problemsOf(text);
}

TEST(ScenarioFile, goodScenario) {
  EXPECT_EQ(problemsOf(R"({"op":"machine","profile":"612","memory":"1G","cpus":4,"seed":7}
# a comment
{"op":"kmalloc","args":{"size":"4K","gfp":"GFP_KERNEL|__GFP_NOWARN"},"as":"p","in":["spin_lock"]}
{"op":"kfree","args":{"ptr":"p+0"}})"),
            "");
}

TEST(ScenarioFile, unknownThings) {
  expectProblem("{\"op\":\"kmaloc\"}", "s.jsonl:1: unknown operation 'kmaloc'; did you mean 'kmalloc'?");
  expectProblem("\n{\"op\":\"drain_all_pages\",\"arg\":{}}", "s.jsonl:2: unknown key 'arg'");
  expectProblem("{\"op\":\"drain_all_pages\",\"args\":{\"x\":1}}", "drain_all_pages has no argument 'x'");
  expectProblem("{\"op\":\"drain_all_pages\",\"in\":[\"spinlock\"]}", "unknown context \"spinlock\"");
}

TEST(ScenarioFile, wrongArguments) {
  expectProblem(R"({"op":"vmalloc"})", "vmalloc needs the argument 'size'");
  expectProblem(R"({"op":"vmalloc","args":{"size":true}})", "size: expected a number, not true");
  expectProblem(R"({"op":"vmalloc","args":{"size":-1}})", "size: expected a size, which is not negative");
  expectProblem(R"({"op":"kmalloc","args":{"size":1,"gfp":"GFP_KERNAL"}})", "gfp: expected GFP flags");
  expectProblem(R"({"op":"vmalloc","args":[1]})", "args: expected an object");
}

TEST(ScenarioFile, names) {
  expectProblem(R"({"op":"kfree","args":{"ptr":"p"}})", "ptr: no step before this one names 'p'");
  expectProblem("{\"op\":\"alloc_pages\",\"args\":{\"gfp\":\"GFP_KERNEL\",\"order\":0},\"as\":\"p\"}\n"
                "{\"op\":\"kfree\",\"args\":{\"ptr\":\"p\"}}",
                "s.jsonl:2: ptr: 'p' is a page, not a pointer");
  expectProblem(R"({"op":"drain_all_pages","as":"p"})", "drain_all_pages gives nothing that could have a name");
  expectProblem(R"({"op":"vmalloc","args":{"size":1},"as":"1p"})", "as: expected a name");
}

TEST(ScenarioFile, contextsPair) {
  expectProblem(R"({"op":"leave","args":{"ctx":"spin_lock"}})", "the innermost context that was entered is none");
  expectProblem("{\"op\":\"enter\",\"args\":{\"ctx\":\"spin_lock\"}}\n"
                "{\"op\":\"leave\",\"args\":{\"ctx\":\"rcu_read_lock\"}}",
                "s.jsonl:2: leave: the innermost context that was entered is 'spin_lock'");
  expectProblem(R"({"op":"enter","args":{"ctx":"hardirq_device"}})", "'hardirq_device' is a handler");
}

TEST(ScenarioFile, impossibleMachines) {
  const std::string step = "\n{\"op\":\"drain_all_pages\"}";
  expectProblem("{\"op\":\"machine\",\"memory\":\"3M\"}" + step, "s.jsonl:1: memory: 3 MiB is below the minimum");
  expectProblem("{\"op\":\"machine\",\"memory\":\"1T\"}" + step, "is above the maximum");
  expectProblem("{\"op\":\"machine\",\"cpus\":0}" + step, "cpus: 0");
  expectProblem("{\"op\":\"machine\",\"profile\":\"613\"}" + step, "unknown profile '613'");
  expectProblem("{\"op\":\"drain_all_pages\"}\n{\"op\":\"machine\"}",
                "s.jsonl:2: the machine is described in the first");
}

TEST(ScenarioFile, noJsonNoSteps) {
  expectProblem("{\"op\":", "s.jsonl:1: ");
  expectProblem("[1]", "expected an object with an \"op\"");
  expectProblem("", "s.jsonl: no step to run");
}

TEST(ScenarioFile, numbers) {
  EXPECT_EQ(parseNumber("64"), 64);
  EXPECT_EQ(parseNumber("0x40"), 64);
  EXPECT_EQ(parseNumber("4K"), 4096);
  EXPECT_EQ(parseNumber("-2M"), -(2 << 20));
  EXPECT_EQ(parseNumber("4Q"), std::nullopt);
  EXPECT_EQ(parseNumber("99999999999T"), std::nullopt);
  EXPECT_EQ(parseNumber(""), std::nullopt);
}

} // namespace
