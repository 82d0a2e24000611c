// A rules directory made of text, for one test.
#pragma once

#include "rules/lib/rules.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

namespace kmem::rules {

class RuleFolder {
public:
  RuleFolder() { llvm::sys::fs::createUniqueDirectory("kmem-rules", path); }
  ~RuleFolder() { llvm::sys::fs::remove_directories(path); }

  RuleFolder &write(llvm::StringRef name, llvm::StringRef text) {
    llvm::SmallString<128> file(path);
    llvm::sys::path::append(file, name);
    llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file));
    std::error_code error;
    llvm::raw_fd_ostream(file, error) << text;
    EXPECT_FALSE(error);
    return *this;
  }

  RuleSet load(const TreeFacts &facts = {}) const {
    auto rules = loadRules(path, facts);
    if (rules)
      return std::move(*rules);
    ADD_FAILURE() << llvm::toString(rules.takeError());
    return {};
  }

  /// The error, or "" when the rules load.
  std::string problem(const TreeFacts &facts = {}) const {
    auto rules = loadRules(path, facts);
    return rules ? "" : llvm::toString(rules.takeError());
  }

private:
  llvm::SmallString<128> path;
};

inline RuleSet loadText(llvm::StringRef text, const TreeFacts &facts = {}) {
  return RuleFolder().write("t.yaml", text).load(facts);
}

inline std::string problemIn(llvm::StringRef text) { return RuleFolder().write("t.yaml", text).problem(); }

inline TreeFacts tree(std::string version, std::initializer_list<llvm::StringRef> configs = {}) {
  TreeFacts facts;
  facts.version = std::move(version);
  for (llvm::StringRef config : configs)
    facts.configs[config] = true;
  return facts;
}

} // namespace kmem::rules
