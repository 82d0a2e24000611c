#include "core/finding/read_findings.h"

#include "core/finding/finding_json.h"

#include "llvm/Support/MemoryBuffer.h"

namespace kmem {

llvm::Expected<std::vector<Finding>> parseFindings(llvm::StringRef text, llvm::StringRef name) {
  std::vector<Finding> findings;
  for (unsigned number = 1; !text.empty(); ++number) {
    auto [line, rest] = text.split('\n');
    text = rest;
    if (line.trim().empty())
      continue;
    auto finding = parseJsonLine(line);
    if (!finding)
      return llvm::createStringError(name + ":" + llvm::Twine(number) + ": " + llvm::toString(finding.takeError()));
    findings.push_back(std::move(*finding));
  }
  return findings;
}

llvm::Expected<std::vector<Finding>> readFindings(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  return parseFindings((*buffer)->getBuffer(), path);
}

} // namespace kmem
