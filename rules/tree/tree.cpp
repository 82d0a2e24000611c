#include "rules/tree/tree.h"

#include "core/frontend/kernel_module.h"
#include "core/support/paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <map>

namespace kmem {

namespace fs = llvm::sys::fs;

static constexpr llvm::StringLiteral databaseName("compile_commands.json");

/// Units asked for their source root, spread over the database; each costs some looks at the disk.
static constexpr size_t maxUnitsLookedUp = 64;

static std::string currentDirectory() {
  llvm::SmallString<256> path;
  fs::current_path(path);
  return std::string(path);
}

static std::string joined(llvm::StringRef folder, const llvm::Twine &name) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, name);
  return std::string(path);
}

std::string Tree::name(const TranslationUnit &unit) const {
  return relativeToRoot(unit.file, unit.directory, sourceRoot);
}

bool Tree::isChosen(llvm::StringRef path) const {
  return chosenPaths.empty() || llvm::any_of(chosenPaths, [&](const std::string &chosen) {
           return path == chosen || !below(path, chosen).empty();
         });
}

/// The folder that holds all of them.
static std::string commonFolder(llvm::ArrayRef<TranslationUnit> units) {
  llvm::StringRef folder = llvm::sys::path::parent_path(units.front().file);
  for (const TranslationUnit &unit : units)
    while (!folder.empty() && below(unit.file, folder).empty())
      folder = llvm::sys::path::parent_path(folder);
  return folder.empty() ? "/" : folder.str();
}

/// The top of the kernel tree most units are in: a database also lists files that the build generated elsewhere.
static std::string commonSourceRoot(llvm::ArrayRef<TranslationUnit> units) {
  std::map<std::string, size_t> votes;
  size_t step = std::max<size_t>(1, units.size() / maxUnitsLookedUp);
  for (size_t i = 0; i < units.size(); i += step)
    if (std::string root = findSourceRoot(units[i].file); root != llvm::sys::path::parent_path(units[i].file))
      ++votes[root];
  auto best = llvm::max_element(votes, [](const auto &a, const auto &b) { return a.second < b.second; });
  return best == votes.end() ? commonFolder(units) : best->first;
}

static llvm::Expected<std::string> findDatabase(const TreeRequest &request) {
  std::string here = currentDirectory();
  if (!request.databasePath.empty())
    return absolutePath(request.databasePath, here);
  std::string start = here;
  if (!request.paths.empty()) {
    std::string path = absolutePath(request.paths.front(), here);
    if (fs::exists(path))
      start = fs::is_directory(path) ? path : llvm::sys::path::parent_path(path).str();
  }
  for (llvm::StringRef folder = start; !folder.empty(); folder = llvm::sys::path::parent_path(folder))
    if (fs::exists(joined(folder, databaseName)))
      return folder.str();
  return llvm::createStringError("no " + databaseName + " at or above " + start +
                                 "; name the build folder with -p, or put the compiler's flags behind --");
}

static bool holdsUnit(llvm::StringRef path, llvm::ArrayRef<TranslationUnit> units) {
  return llvm::any_of(
      units, [&](const TranslationUnit &unit) { return unit.file == path || !below(unit.file, path).empty(); });
}

/// A path is meant as seen from here or from the source root: an object tree has the source's folders, too, without
/// units.
static llvm::Error resolvePaths(const TreeRequest &request, Tree &tree) {
  for (const std::string &spelled : request.paths) {
    std::string here = absolutePath(spelled, currentDirectory()), inSource = absolutePath(spelled, tree.sourceRoot);
    bool preferSource = !holdsUnit(here, tree.units) && (!fs::exists(here) || holdsUnit(inSource, tree.units));
    const std::string &path = preferSource ? inSource : here;
    if (!fs::exists(path))
      return llvm::createStringError("no such file or folder: " + spelled);
    tree.chosenPaths.push_back(path);
  }
  return llvm::Error::success();
}

static llvm::Expected<Tree> openDatabase(const TreeRequest &request) {
  auto path = findDatabase(request);
  if (!path)
    return path.takeError();
  auto units = loadCompilationDatabase(*path);
  if (!units)
    return units.takeError();
  if (units->empty())
    return llvm::createStringError("no C translation unit in the compile database of " + *path);
  Tree tree;
  tree.units = std::move(*units);
  tree.hasDatabase = true;
  tree.buildDirectory = fs::is_directory(*path) ? *path : llvm::sys::path::parent_path(*path).str();
  return tree;
}

static llvm::Expected<Tree> openFiles(const TreeRequest &request) {
  if (request.paths.empty())
    return llvm::createStringError("flags behind -- need a file to analyse");
  Tree tree;
  tree.buildDirectory = currentDirectory();
  for (const std::string &path : request.paths) {
    TranslationUnit unit{tree.buildDirectory, absolutePath(path, tree.buildDirectory), {"clang"}};
    if (!fs::is_regular_file(unit.file))
      return llvm::createStringError("no such file: " + path);
    unit.arguments.insert(unit.arguments.end(), request.fixedFlags->begin(), request.fixedFlags->end());
    unit.arguments.push_back(unit.file);
    tree.units.push_back(std::move(unit));
  }
  return tree;
}

llvm::Expected<Tree> openTree(const TreeRequest &request) {
  auto tree = request.fixedFlags ? openFiles(request) : openDatabase(request);
  if (!tree)
    return tree;
  tree->sourceRoot = request.sourceRoot.empty() ? commonSourceRoot(tree->units) : request.sourceRoot;
  if (!fs::is_directory(tree->sourceRoot))
    return llvm::createStringError("no such folder: " + tree->sourceRoot);
  // Without a database the paths are the units, and everything in them is asked for.
  if (!tree->hasDatabase)
    return tree;
  if (llvm::Error error = resolvePaths(request, *tree))
    return std::move(error);
  if (request.onlyThese) {
    llvm::erase_if(tree->units, [&](const TranslationUnit &unit) { return !tree->isChosen(unit.file); });
    if (tree->units.empty())
      return llvm::createStringError("--only-these: no translation unit at the given paths");
  }
  return tree;
}

} // namespace kmem
