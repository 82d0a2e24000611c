// rules.schema.json is for editors; the loader is what decides. Both must know the same keys.
#include "rule_folder.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"

#include <set>

static std::string readSource(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(KMEM_SOURCE_DIR "/rules/" + path);
  EXPECT_TRUE(bool(buffer)) << path;
  return buffer ? (*buffer)->getBuffer().str() : "";
}

static void collectProperties(const llvm::json::Value &value, std::set<std::string> &keys) {
  if (const auto *array = value.getAsArray())
    for (const llvm::json::Value &item : *array)
      collectProperties(item, keys);
  const auto *object = value.getAsObject();
  if (!object)
    return;
  if (const auto *properties = object->getObject("properties"))
    for (const auto &property : *properties)
      keys.insert(property.first.str());
  for (const auto &member : *object)
    collectProperties(member.second, keys);
}

/// Every key the readers map: the first string of a map...() call.
static std::set<std::string> loaderKeys() {
  std::set<std::string> keys;
  llvm::Regex call("map[A-Za-z]+\\((io, )?\"([a-z_]+)\"");
  for (const char *file : {"lib/yaml_function_row.cpp", "lib/parse_rule_file.cpp", "lib/yaml_scalars.h"}) {
    std::string text = readSource(file);
    llvm::StringRef rest = text;
    llvm::SmallVector<llvm::StringRef> match;
    while (call.match(rest, &match)) {
      keys.insert(match[2].str());
      rest = rest.substr(size_t(match[0].end() - rest.begin()));
    }
  }
  return keys;
}

TEST(Schema, KnowsTheKeysOfTheLoader) {
  auto schema = llvm::json::parse(readSource("schema/rules.schema.json"));
  ASSERT_TRUE(bool(schema)) << llvm::toString(schema.takeError());
  std::set<std::string> keys;
  collectProperties(*schema, keys);
  EXPECT_EQ(keys, loaderKeys());
}

TEST(Schema, EveryRuleFileNamesIt) {
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator entry(KMEM_SOURCE_DIR "/rules", error), end; entry != end && !error;
       entry.increment(error)) {
    if (!llvm::StringRef(entry->path()).ends_with(".yaml"))
      continue;
    auto text = llvm::MemoryBuffer::getFile(entry->path());
    ASSERT_TRUE(bool(text));
    EXPECT_TRUE((*text)->getBuffer().starts_with("# yaml-language-server: $schema=")) << entry->path();
  }
}
