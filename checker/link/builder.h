// Stage: link. Turns collected functions into a Program, one step a method; the order of the steps is in build().
#pragma once

#include "checker/link/program.h"

namespace kmem::link {

class ProgramBuilder {
public:
  explicit ProgramBuilder(Program &program) : program(program) {}

  void build(std::vector<summary::Initializer> initializers);

private:
  void sortFunctions();
  void resolveCalls();
  void indexStores();
  void indexPointers(const std::vector<summary::Initializer> &initializers);
  void addPointer(NameKey place, FunctionId function);
  std::vector<FunctionId> functionsAt(FunctionId in, summary::ExprId value, unsigned depth);
  void findEntryPoints(const std::vector<summary::Initializer> &initializers);
  void addFieldEntries();
  void addCallbackEntries();
  void findRelevantParameters();
  void findSleepers();
  uint32_t parametersIn(const Function &f, summary::ExprId expr) const;
  uint32_t localRelevance(const Function &f) const;
  bool sleepsLocally(const Function &f) const;

  Program &program;
};

} // namespace kmem::link
