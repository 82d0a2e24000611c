#include "tests/support/small_tree.h"

#include "tests/support/case_file.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <gtest/gtest.h>

namespace kmem::test {

void SmallTree::addUnit(llvm::StringRef name, llvm::StringRef text) {
  folder.write(name, text);
  units.push_back(name.str());
  writeDatabase();
}

void SmallTree::writeDatabase() const {
  llvm::json::Array entries;
  for (const std::string &unit : units)
    entries.push_back(llvm::json::Object{{"directory", path()},
                                         {"file", unit},
                                         {"arguments", llvm::json::Array{"clang-19", "-O2", "-nostdinc", "-D__KERNEL__",
                                                                         "-I" + stubHeaders(), "-c", unit}}});
  folder.write("compile_commands.json", llvm::formatv("{0:2}", llvm::json::Value(std::move(entries))).str());
}

ProgramResult SmallTree::tidy(std::vector<std::string> arguments) const {
  std::vector<std::string> all = {"-p", path(), "--source-root=" + path(), "--cache-dir=" + path("cache")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return runProgram("kmem-tidy", all);
}

ProgramResult SmallTree::tidyJsonl(std::vector<std::string> arguments) const {
  arguments.push_back("--report=jsonl");
  return tidy(std::move(arguments));
}

std::string lockedAllocation(llvm::StringRef function) {
  return "#include <linux/slab.h>\n"
         "#include <linux/spinlock.h>\n"
         "void *" +
         function.str() +
         "(spinlock_t *lock)\n"
         "{\n"
         "\tvoid *p;\n"
         "\tspin_lock(lock);\n"
         "\tp = kmalloc(64, GFP_KERNEL);\n"
         "\tspin_unlock(lock);\n"
         "\treturn p;\n"
         "}\n";
}

std::vector<std::string> valuesOf(llvm::StringRef jsonl, llvm::StringRef key) {
  std::vector<std::string> values;
  llvm::SmallVector<llvm::StringRef> lines;
  jsonl.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    auto parsed = llvm::json::parse(line);
    if (!parsed) {
      ADD_FAILURE() << "no JSON: " << line.str() << ": " << llvm::toString(parsed.takeError());
      continue;
    }
    if (const llvm::json::Object *object = parsed->getAsObject())
      if (auto value = object->getString(key))
        values.push_back(value->str());
  }
  return values;
}

} // namespace kmem::test
