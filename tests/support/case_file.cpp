#include "tests/support/case_file.h"
#include "tests/support/project_files.h"

#include "llvm/ADT/SmallVector.h"

namespace kmem::test {
namespace {

constexpr llvm::StringLiteral casesFolder = "tests/checks/";

/// "kmem-x/bad_y" of "tests/checks/kmem-x/bad_y.c" and of "tests/checks/kmem-x/bad_y/z.c"; "" for what is no case.
std::string caseOf(llvm::StringRef path) {
  path.consume_front(casesFolder);
  llvm::SmallVector<llvm::StringRef, 4> parts;
  path.split(parts, '/');
  if (parts.size() < 2)
    return "";
  llvm::StringRef what = parts[1];
  what.consume_back(".c");
  return parts[0].str() + "/" + what.str();
}

void addExpectations(Case &result, llvm::StringRef file, unsigned line, llvm::StringRef ids) {
  llvm::SmallVector<llvm::StringRef> list;
  ids.split(list, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef id : list)
    result.expected.emplace(id.trim().str(), file.str(), line);
}

void readFileOf(Case &result, const std::string &path) {
  llvm::StringRef file = path;
  file.consume_front(casesFolder);
  result.files.push_back(file.str());
  unsigned number = 0;
  for (const std::string &line : linesOf(projectPath(path))) {
    ++number;
    auto [code, comment] = llvm::StringRef(line).split("//");
    comment = comment.trim();
    if (comment.consume_front("expect:"))
      addExpectations(result, file, code.trim().empty() ? number + 1 : number, comment);
    llvm::SmallVector<llvm::StringRef> flags;
    if (number == 1 && comment.consume_front("flags:"))
      comment.split(flags, ' ', -1, /*KeepEmpty=*/false);
    result.flags.insert(result.flags.end(), flags.begin(), flags.end());
  }
}

} // namespace

std::string Case::check() const { return llvm::StringRef(name).split('/').first.str(); }
bool Case::isBad() const { return llvm::StringRef(name).split('/').second.starts_with("bad_"); }

std::vector<std::string> caseNames() {
  std::set<std::string> names;
  for (const std::string &path : filesBelow(casesFolder, {".c"}))
    if (std::string name = caseOf(path); !name.empty())
      names.insert(name);
  return {names.begin(), names.end()};
}

Case readCase(llvm::StringRef name) {
  Case result;
  result.name = name.str();
  for (const std::string &path : filesBelow(casesFolder, {".c"}))
    if (caseOf(path) == name)
      readFileOf(result, path);
  return result;
}

std::string stubHeaders() { return projectPath("examples/include"); }

} // namespace kmem::test
