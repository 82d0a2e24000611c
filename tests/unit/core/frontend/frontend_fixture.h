// One C file in a fresh folder, through the frontend.
#pragma once

#include "core/frontend/kernel_module.h"

#include "tests/support/program_run.h"

#include "gtest/gtest.h"

namespace kmem::test {

class FrontendTest : public ::testing::Test {
protected:
  /// A unit for `name` in the folder, with its arguments adapted.
  TranslationUnit unit(llvm::StringRef name = "a.c", std::vector<std::string> flags = {"-O2"}) const {
    TranslationUnit result{folder.path(), folder.path(name), {"gcc"}};
    result.arguments.insert(result.arguments.end(), flags.begin(), flags.end());
    result.arguments.push_back(name.str());
    result.arguments = adaptArguments(result);
    return result;
  }

  KernelModule compile(llvm::StringRef text, std::vector<std::string> flags = {"-O2"}) const {
    folder.write("a.c", text);
    auto module = compileUnit(unit("a.c", flags), {folder.path()});
    if (!module) {
      ADD_FAILURE() << llvm::toString(module.takeError());
      return {};
    }
    return std::move(*module);
  }

  std::string compileError(llvm::StringRef text) const {
    folder.write("a.c", text);
    auto module = compileUnit(unit(), {folder.path()});
    return module ? "" : llvm::toString(module.takeError());
  }

  TemporaryDirectory folder;
};

/// The member of that name; fails the test and returns an empty one when there is none.
inline FieldFact fieldOf(const RecordFact &record, llvm::StringRef name) {
  for (const FieldFact &field : record.fields)
    if (field.name == name)
      return field;
  ADD_FAILURE() << record.tag << " has no " << name.str();
  return {};
}

} // namespace kmem::test
