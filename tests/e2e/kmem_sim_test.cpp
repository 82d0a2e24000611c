// kmem-sim as a user meets it: exit codes, what is wrong with a file and where, pictures.
#include "tests/support/program_run.h"
#include "tests/support/project_files.h"

#include <gtest/gtest.h>

namespace kmem::test {
namespace {

constexpr int done = 0, below = 1, usage = 2;

ProgramResult sim(const std::vector<std::string> &arguments) { return runProgram("kmem-sim", arguments); }
bool contains(llvm::StringRef text, llvm::StringRef part) { return text.contains(part); }

TEST(KmemSim, badScenarioRunsNothing) {
  TemporaryDirectory folder;
  const std::string file = folder.write("bad.jsonl", "{\"op\":\"vmalloc\",\"args\":{\"size\":1}}\n"
                                                     "{\"op\":\"vmaloc\",\"args\":{\"size\":1}}\n"
                                                     "{\"op\":\"vfree\",\"args\":{\"ptr\":\"q\"}}\n");
  const ProgramResult run = sim({"run", file});
  EXPECT_EQ(run.exitCode, usage);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(contains(run.err, file + ":2: unknown operation 'vmaloc'; did you mean 'vmalloc'?")) << run.err;
  EXPECT_TRUE(contains(run.err, file + ":3: ptr: no step before this one names 'q'")) << run.err;
}

TEST(KmemSim, impossibleMachine) {
  TemporaryDirectory folder;
  const std::string file =
      folder.write("small.jsonl", "{\"op\":\"machine\",\"memory\":\"1M\"}\n{\"op\":\"zone_state\"}\n");
  const ProgramResult run = sim({"run", file});
  EXPECT_EQ(run.exitCode, usage);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(contains(run.err, file + ":1: memory: 1 MiB is below the minimum")) << run.err;
}

TEST(KmemSim, missingFileAndWrongUsage) {
  EXPECT_EQ(sim({"run", "/nonexistent.jsonl"}).exitCode, usage);
  EXPECT_EQ(sim({"conform", "/nonexistent.jsonl"}).exitCode, usage);
  EXPECT_EQ(sim({}).exitCode, usage);
  EXPECT_EQ(sim({"dance"}).exitCode, usage);
  EXPECT_EQ(sim({"list", "nothing"}).exitCode, usage);
  EXPECT_EQ(sim({"show", projectPath("examples/sim/contiguity.jsonl"), "--what=walls"}).exitCode, usage);
}

TEST(KmemSim, deathsAreResults) {
  TemporaryDirectory folder;
  const std::string file =
      folder.write("death.jsonl", "{\"op\":\"vmalloc\",\"args\":{\"size\":1},\"in\":\"hardirq_device\"}\n"
                                  "{\"op\":\"zone_state\"}\n");
  const ProgramResult run = sim({"run", file});
  EXPECT_EQ(run.exitCode, done) << run.err;
  EXPECT_TRUE(contains(run.out, "\"result\":\"panic: the machine is dead\"")) << run.out;
  EXPECT_TRUE(contains(run.out, "not run: the machine died in line 1")) << run.out;
}

TEST(KmemSim, unmetExpectation) {
  TemporaryDirectory folder;
  const std::string file =
      folder.write("hope.jsonl", "{\"op\":\"vmalloc\",\"args\":{\"size\":1},\"expect\":{\"result\":\"NULL\"}}\n");
  const ProgramResult run = sim({"run", file});
  EXPECT_EQ(run.exitCode, below);
  EXPECT_TRUE(contains(run.out, "\"unmet\":{\"result\":\"NULL\"}")) << run.out;
}

TEST(KmemSim, picture) {
  TemporaryDirectory folder;
  const std::string svg = folder.path("picture.svg");
  const ProgramResult run = sim({"show", projectPath("examples/sim/contiguity.jsonl"), "--svg=" + svg, "--width=80"});
  EXPECT_EQ(run.exitCode, done) << run.err;
  EXPECT_TRUE(contains(run.out, "scattered") && contains(run.out, "contiguous")) << run.out;
  EXPECT_FALSE(contains(run.out, "\x1b")) << "no colours in a pipe";
  const std::string drawn = readFile(svg);
  EXPECT_TRUE(contains(drawn, "DIRECT MAP") && contains(drawn, "VMALLOC AREA") && contains(drawn, "</svg>"));
}

TEST(KmemSim, conformCountsAndJudges) {
  TemporaryDirectory folder;
  const std::string good = "{\"id\":0,\"op\":\"gfp_value\",\"name\":\"GFP_KERNEL\",\"result\":\"0xcc0\"}\n";
  const std::string wrong = "{\"id\":1,\"op\":\"gfp_value\",\"name\":\"GFP_ATOMIC\",\"result\":\"0x821\"}\n";
  const std::string file = folder.write("gfp-612dbg.jsonl", good + wrong);
  const ProgramResult run = sim({"conform", file});
  EXPECT_EQ(run.exitCode, below) << run.err;
  EXPECT_TRUE(llvm::StringRef(run.out).ends_with("total 1/2 50.00%\n")) << run.out;
  EXPECT_TRUE(contains(run.out, file + ":2: id 1 gfp_value")) << run.out;
  EXPECT_EQ(sim({"conform", file, "--require=50"}).exitCode, done);
  EXPECT_EQ(sim({"conform", file, "--profile=nothing"}).exitCode, usage);
}

} // namespace
} // namespace kmem::test
