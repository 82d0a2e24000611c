#include "core/report/source_lines.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace kmem {

static std::vector<llvm::StringRef> split(llvm::StringRef text) {
  std::vector<llvm::StringRef> lines;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    lines.push_back(line.rtrim('\r'));
    text = rest;
  }
  return lines;
}

const std::vector<llvm::StringRef> &SourceLines::lines(llvm::StringRef file) {
  auto [entry, isNew] = files.try_emplace(file);
  if (!isNew)
    return entry->second.lines;
  llvm::SmallString<256> path(file);
  if (!llvm::sys::path::is_absolute(path)) {
    path = root;
    llvm::sys::path::append(path, file);
  }
  if (auto buffer = llvm::MemoryBuffer::getFile(path)) {
    entry->second.buffer = std::move(*buffer);
    entry->second.lines = split(entry->second.buffer->getBuffer());
  }
  return entry->second.lines;
}

llvm::StringRef SourceLines::line(llvm::StringRef file, unsigned number) {
  const std::vector<llvm::StringRef> &all = lines(file);
  return number >= 1 && number <= all.size() ? all[number - 1] : llvm::StringRef();
}

} // namespace kmem
