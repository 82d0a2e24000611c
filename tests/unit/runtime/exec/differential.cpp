#include "tests/unit/runtime/exec/differential.h"

namespace kmem::test {

void Differential::loadProgram(const char *file) {
  llvm::SMDiagnostic error;
  module = llvm::parseIRFile(file, error, context);
  ASSERT_TRUE(module) << error.getMessage().str();
  program = std::make_unique<Program>(llvm::ArrayRef<const llvm::Module *>{module.get()});
  kernel.memory.setFrameSource(&tables);
  ASSERT_TRUE(program->load(kernel, imageFrames));
}

Buffer Differential::randomBytes(std::mt19937_64 &random) {
  Buffer bytes;
  for (unsigned char &byte : bytes)
    byte = static_cast<unsigned char>(random());
  return bytes;
}

uint64_t Differential::randomOperand(std::mt19937_64 &random) {
  static constexpr uint64_t corners[] = {
      0, 1, 2, 0x7f, 0x80, 0xff, 0x8000, 0x7fffffff, 0x80000000, ~uint64_t(0), uint64_t(1) << 63};
  switch (random() % 4) {
  case 0:
    return corners[random() % std::size(corners)];
  case 1:
    return random() % 300;
  case 2:
    return random() & 0xffffffff;
  default:
    return random();
  }
}

void Differential::compareKnown(const differential_function *functions, unsigned inputs) {
  PlainCpu cpu;
  Assembly assembly(memory, pool, program->layout(), cpu);
  Closed environment(*program);
  environment.assembly = &assembly;
  Interpreter interpreter(*program, memory, pool, environment, stack);
  std::mt19937_64 random(1);
  for (const differential_function *entry = functions; entry->name; ++entry) {
    const llvm::Function *function = module->getFunction(entry->name);
    ASSERT_TRUE(function) << entry->name;
    for (unsigned input = 0; input < inputs; ++input) {
      Buffer expected = randomBytes(random), actual = expected;
      const uint64_t a = randomOperand(random), b = randomOperand(random);
      kernel.memory.write(bufferAt, std::as_bytes(std::span(actual)));
      const uint64_t wanted = entry->run(a, b, expected.data());
      const Stop stop =
          interpreter.run(*function, {Value::known(a, 64), Value::known(b, 64), Value::known(bufferAt, 64)}, stepLimit);
      ASSERT_EQ(stop.kind, StopKind::Returned) << entry->name << ": " << stop.why;
      kernel.memory.read(bufferAt, std::as_writable_bytes(std::span(actual)));
      ASSERT_EQ(stop.results.front().bits(), wanted) << entry->name << "(" << a << ", " << b << ")";
      ASSERT_EQ(actual, expected) << entry->name << "(" << a << ", " << b << ") leaves other bytes";
    }
  }
}

void Differential::compareSymbolic(const differential_function *functions, unsigned count) {
  std::mt19937_64 random(2);
  const sim::Memory::State loaded = kernel.memory.state();
  for (const differential_function *entry = functions; entry->name; ++entry) {
    for (unsigned input = 0; input < count; ++input) {
      kernel.memory.restore(loaded); // the notes of the run before are gone with its memory
      TermPool terms;
      RunMemory symbolicMemory(kernel, terms);
      Assignment inputs;
      inputs.set(0, randomOperand(random));
      inputs.set(1, randomOperand(random));
      const Value a = Value::symbolic(terms, terms.variable("a", 64)),
                  b = Value::symbolic(terms, terms.variable("b", 64));
      Buffer bytes = randomBytes(random);
      kernel.memory.write(bufferAt, std::as_bytes(std::span(bytes)));
      const uint64_t wanted = entry->run(inputs[0], inputs[1], bytes.data());
      PlainCpu cpu;
      Assembly assembly(symbolicMemory, terms, program->layout(), cpu);
      Guided environment(*program, terms, inputs);
      environment.assembly = &assembly;
      Interpreter interpreter(*program, symbolicMemory, terms, environment, stack);
      const Stop stop =
          interpreter.run(*module->getFunction(entry->name), {a, b, Value::known(bufferAt, 64)}, stepLimit);
      ASSERT_EQ(stop.kind, StopKind::Returned) << entry->name << ": " << stop.why;
      Evaluation evaluation(terms, inputs);
      ASSERT_EQ(evaluation.valueOf(stop.results.front().asTerm(terms)), wanted)
          << entry->name << "(" << inputs[0] << ", " << inputs[1] << ")";
      for (size_t i = 0; i < bytes.size(); ++i)
        ASSERT_EQ(evaluation.valueOf(symbolicMemory.load(bufferAt + i, 8).asTerm(terms)), bytes[i])
            << entry->name << "(" << inputs[0] << ", " << inputs[1] << ") byte " << i;
    }
  }
}

} // namespace kmem::test
