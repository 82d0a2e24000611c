// The interpreter against the processor: every function of differential/*.inc, compiled both ways, must return the same
// and leave the same bytes behind.
#include "tests/unit/runtime/exec/differential.h"

extern "C" {
extern const differential_function differential_functions[];
extern const differential_function assembly_functions[];
}

namespace {
using namespace kmem::test;

unsigned countOf(const differential_function *functions) {
  unsigned count = 0;
  while (functions[count].name)
    ++count;
  return count;
}

TEST_F(Differential, everyFunctionDoesWhatTheProcessorDoes) {
  loadProgram(KMEM_DIFFERENTIAL_IR);
  EXPECT_GE(countOf(differential_functions), 300u);
  compareKnown(differential_functions, 30);
}

TEST_F(Differential, termsComeToTheSame) {
  loadProgram(KMEM_DIFFERENTIAL_IR);
  compareSymbolic(differential_functions, 3);
}

TEST_F(Differential, inlineAssemblyDoesWhatTheProcessorDoes) {
  loadProgram(KMEM_ASSEMBLY_IR);
  EXPECT_GE(countOf(assembly_functions), 180u);
  compareKnown(assembly_functions, 300);
}

TEST_F(Differential, termsOfInlineAssemblyComeToTheSame) {
  loadProgram(KMEM_ASSEMBLY_IR);
  compareSymbolic(assembly_functions, 10);
}

} // namespace
