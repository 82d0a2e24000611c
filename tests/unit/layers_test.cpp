// Holds every #include of our own against cmake/layers.txt.
#include "tests/support/project_files.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>
#include <map>

namespace {
using kmem::test::filesBelow;
using kmem::test::linesOf;
using kmem::test::projectPath;

/// Folder -> the folders it may include, and the folders in the order of the file.
struct Layers {
  std::map<std::string, llvm::StringSet<>> uses;
  std::vector<std::string> order;
};

Layers readLayers() {
  Layers layers;
  for (const std::string &line : linesOf(projectPath("cmake/layers.txt"))) {
    if (line.empty() || line[0] == '#')
      continue;
    auto [folder, rest] = llvm::StringRef(line).split(':');
    llvm::SmallVector<llvm::StringRef> used;
    rest.split(used, ' ', -1, /*KeepEmpty=*/false);
    layers.order.push_back(folder.str());
    for (llvm::StringRef name : used)
      layers.uses[folder.str()].insert(name);
  }
  return layers;
}

llvm::StringRef folderOf(llvm::StringRef path) { return path.rsplit('/').first; }

bool isOurs(llvm::StringRef path) {
  return path.starts_with("core/") || path.starts_with("rules/") || path.starts_with("checker/") ||
         path.starts_with("runtime/") || path.starts_with("tests/");
}

/// The quoted path of an #include line in `folder` that names our own tree, or "". A bare name that is no file of the
/// folder is generated.
llvm::StringRef ownInclude(llvm::StringRef line, llvm::StringRef folder) {
  line = line.trim();
  if (!line.consume_front("#include \""))
    return "";
  llvm::StringRef path = line.split('"').first;
  if (!path.contains('/'))
    return llvm::sys::fs::exists(projectPath((folder + "/" + path).str())) ? path : "";
  return isOurs(path) ? path : "";
}

std::vector<std::string> ownSources() {
  std::vector<std::string> all;
  for (const char *top : {"core", "rules", "checker", "runtime"})
    for (std::string &file : filesBelow(top, {".h", ".cpp"}))
      all.push_back(std::move(file));
  return all;
}

TEST(Layers, nameOnlyFoldersAboveThem) {
  const Layers layers = readLayers();
  llvm::StringSet<> above;
  for (const std::string &folder : layers.order) {
    if (auto it = layers.uses.find(folder); it != layers.uses.end())
      for (const auto &used : it->second)
        EXPECT_TRUE(above.contains(used.getKey()))
            << folder << " names " << used.getKey().str() << ", which is not above it";
    EXPECT_TRUE(above.insert(folder).second) << folder << " is listed twice";
  }
}

TEST(Layers, coverEverySource) {
  const Layers layers = readLayers();
  const llvm::StringSet<> known = [&] {
    llvm::StringSet<> names;
    for (const std::string &folder : layers.order)
      names.insert(folder);
    return names;
  }();
  for (const std::string &file : ownSources())
    EXPECT_TRUE(known.contains(folderOf(file))) << file << ": its folder is not in cmake/layers.txt";
}

TEST(Layers, areObeyedByEveryInclude) {
  Layers layers = readLayers();
  for (const std::string &file : ownSources()) {
    const std::string folder = folderOf(file).str();
    unsigned number = 0;
    for (const std::string &line : linesOf(projectPath(file))) {
      ++number;
      llvm::StringRef include = ownInclude(line, folder);
      if (include.empty() || folderOf(include) == folder)
        continue;
      EXPECT_TRUE(include.contains('/')) << file << ":" << number << ": spell the path from the top: " << include.str();
      EXPECT_TRUE(layers.uses[folder].contains(folderOf(include)))
          << file << ":" << number << ": " << folder << " may not include " << folderOf(include).str();
    }
  }
}

} // namespace
