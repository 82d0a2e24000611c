#include "rules/tree/tree_facts.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace kmem {

static std::unique_ptr<llvm::MemoryBuffer> open(llvm::StringRef folder, llvm::StringRef file) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, file);
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? std::move(*buffer) : nullptr;
}

/// "6.12" of "6.12.117-amd64"; empty when there is no such thing at the start of the text.
static std::string release(llvm::StringRef text) {
  text = text.ltrim(" \"\t");
  size_t major = text.find_first_not_of("0123456789");
  if (major == 0 || major == llvm::StringRef::npos || text[major] != '.')
    return "";
  size_t end = std::min(text.find_first_not_of("0123456789", major + 1), text.size());
  return end > major + 1 ? text.take_front(end).str() : "";
}

/// The top of a kernel's Makefile opens with VERSION = 6, PATCHLEVEL = 12.
static std::string makefileRelease(llvm::StringRef folder) {
  auto makefile = open(folder, "Makefile");
  std::string version, level;
  for (llvm::line_iterator line(makefile ? makefile->getMemBufferRef() : llvm::MemoryBufferRef()); !line.is_at_eof();
       ++line) {
    auto [key, value] = line->split('=');
    if (key.trim() == "VERSION")
      version = value.trim().str();
    if (key.trim() == "PATCHLEVEL")
      level = value.trim().str();
    if (!version.empty() && !level.empty())
      return release(version + "." + level);
  }
  return "";
}

static std::string generatedRelease(llvm::StringRef folder) {
  if (auto file = open(folder, "include/config/kernel.release"))
    return release(file->getBuffer());
  if (auto file = open(folder, "include/generated/utsrelease.h"))
    return release(file->getBuffer().split("UTS_RELEASE").second);
  return "";
}

/// autoconf.h spells `#define CONFIG_X 1` and `#define CONFIG_X_MODULE 1`.
static void readAutoconf(llvm::StringRef text, llvm::StringMap<bool> &configs) {
  for (llvm::line_iterator line(llvm::MemoryBufferRef(text, "")); !line.is_at_eof(); ++line) {
    llvm::StringRef rest = *line;
    if (!rest.consume_front("#define CONFIG_"))
      continue;
    auto [name, value] = rest.split(' ');
    if (value != "1")
      continue;
    name.consume_back("_MODULE");
    configs[("CONFIG_" + name).str()] = true;
  }
}

/// .config spells CONFIG_X=y and CONFIG_X=m.
static void readDotConfig(llvm::StringRef text, llvm::StringMap<bool> &configs) {
  for (llvm::line_iterator line(llvm::MemoryBufferRef(text, "")); !line.is_at_eof(); ++line) {
    auto [name, value] = line->split('=');
    if (name.starts_with("CONFIG_") && (value == "y" || value == "m"))
      configs[name] = true;
  }
}

rules::TreeFacts readTreeFacts(llvm::StringRef buildDirectory, llvm::StringRef sourceRoot) {
  rules::TreeFacts facts;
  for (llvm::StringRef folder : {buildDirectory, sourceRoot}) {
    if (facts.version.empty())
      facts.version = generatedRelease(folder);
    if (!facts.configs.empty())
      continue;
    if (auto file = open(folder, "include/generated/autoconf.h"))
      readAutoconf(file->getBuffer(), facts.configs);
    else if (auto file = open(folder, ".config"))
      readDotConfig(file->getBuffer(), facts.configs);
  }
  // The Makefile of an outside build directory includes the source's; only the latter holds the numbers.
  if (facts.version.empty())
    facts.version = makefileRelease(sourceRoot);
  return facts;
}

} // namespace kmem
