#include "core/compdb/compile_database.h"

#include "core/support/paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

#include <map>
#include <optional>

namespace kmem {

static llvm::Error fail(const llvm::Twine &message) {
  return llvm::createStringError(llvm::errc::invalid_argument, message);
}

static std::string locateDatabase(llvm::StringRef path) {
  llvm::SmallString<256> file(path);
  llvm::sys::fs::make_absolute(file);
  if (llvm::sys::fs::is_directory(file))
    llvm::sys::path::append(file, "compile_commands.json");
  return absolutePath(file, "/");
}

static std::vector<std::string> splitCommand(llvm::StringRef command) {
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::SmallVector<const char *, 128> words;
  llvm::cl::TokenizeGNUCommandLine(command, saver, words);
  return {words.begin(), words.end()};
}

static std::vector<std::string> readArguments(const llvm::json::Object &entry) {
  std::vector<std::string> arguments;
  if (const llvm::json::Array *words = entry.getArray("arguments")) {
    for (const llvm::json::Value &word : *words)
      arguments.push_back(word.getAsString().value_or("").str());
    return arguments;
  }
  return splitCommand(entry.getString("command").value_or(""));
}

/// nullopt when a key every entry must have is missing.
static std::optional<TranslationUnit> readEntry(const llvm::json::Object &entry, llvm::StringRef databaseDirectory) {
  std::optional<llvm::StringRef> directory = entry.getString("directory"), file = entry.getString("file");
  TranslationUnit unit;
  unit.arguments = readArguments(entry);
  if (!directory || !file || unit.arguments.empty())
    return std::nullopt;
  unit.directory = absolutePath(*directory, databaseDirectory);
  unit.file = absolutePath(*file, unit.directory);
  return unit;
}

/// Ordered by file, then directory.
using UnitMap = std::map<std::pair<std::string, std::string>, TranslationUnit>;

static llvm::Expected<UnitMap> readEntries(const llvm::json::Value &database, llvm::StringRef path) {
  const llvm::json::Array *entries = database.getAsArray();
  if (!entries)
    return fail(path + ": a compile database is a JSON array of entries");
  UnitMap units;
  size_t number = 0;
  for (const llvm::json::Value &value : *entries) {
    ++number;
    const llvm::json::Object *entry = value.getAsObject();
    std::optional<TranslationUnit> unit;
    if (entry)
      unit = readEntry(*entry, llvm::sys::path::parent_path(path));
    if (!unit)
      return fail(path + ": entry " + llvm::Twine(number) + " needs directory, file and command or arguments");
    if (llvm::StringRef(unit->file).ends_with(".c"))
      units.try_emplace({unit->file, unit->directory}, std::move(*unit));
  }
  return units;
}

llvm::Expected<std::vector<TranslationUnit>> loadCompilationDatabase(llvm::StringRef path) {
  std::string file = locateDatabase(path);
  auto buffer = llvm::MemoryBuffer::getFile(file);
  if (!buffer)
    return fail("cannot read the compile database " + file + ": " + buffer.getError().message());
  llvm::Expected<llvm::json::Value> database = llvm::json::parse((*buffer)->getBuffer());
  if (!database)
    return fail(file + ": broken JSON: " + llvm::toString(database.takeError()));
  auto entries = readEntries(*database, file);
  if (!entries)
    return entries.takeError();
  if (entries->empty())
    return fail(file + ": the compile database lists no C file");
  std::vector<TranslationUnit> units;
  for (auto &[key, unit] : *entries)
    units.push_back(std::move(unit));
  return units;
}

} // namespace kmem
