#include "checker/driver/config_file.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/YAMLTraits.h"

namespace llvm::yaml {

template <> struct MappingTraits<kmem::ConfigFile> {
  static void mapping(IO &io, kmem::ConfigFile &config) {
    io.mapOptional("Checks", config.checks);
    io.mapOptional("WarningsAsErrors", config.warningsAsErrors);
    io.mapOptional("HeaderFilterRegex", config.headerFilter);
    io.mapOptional("ExtraArgs", config.extraArguments);
    io.mapOptional("FailOn", config.failOn);
    io.mapOptional("InheritParentConfig", config.inheritParent);
  }
};

} // namespace llvm::yaml

namespace kmem {

static constexpr llvm::StringLiteral fileName(".kmem-tidy");

/// Keeps the first diagnostic: the others follow from it.
static void keepFirst(const llvm::SMDiagnostic &diagnostic, void *where) {
  auto &text = *static_cast<std::string *>(where);
  if (text.empty())
    text =
        (diagnostic.getFilename() + ":" + llvm::Twine(diagnostic.getLineNo()) + ": " + diagnostic.getMessage()).str();
}

llvm::Expected<ConfigFile> readConfigFile(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  std::string problem;
  ConfigFile config;
  llvm::yaml::Input input(**buffer, nullptr, keepFirst, &problem);
  input >> config;
  if (input.error() && problem.empty())
    problem = (path + ":1: " + input.error().message()).str();
  if (!problem.empty())
    return llvm::createStringError(problem);
  return config;
}

static std::optional<std::string> joined(const std::optional<std::string> &far,
                                         const std::optional<std::string> &near) {
  return far && near ? *far + "," + *near : near ? near : far;
}

ConfigFile combine(ConfigFile far, const ConfigFile &near) {
  far.checks = joined(far.checks, near.checks);
  far.warningsAsErrors = joined(far.warningsAsErrors, near.warningsAsErrors);
  far.extraArguments.insert(far.extraArguments.end(), near.extraArguments.begin(), near.extraArguments.end());
  if (near.headerFilter)
    far.headerFilter = near.headerFilter;
  if (near.failOn)
    far.failOn = near.failOn;
  return far;
}

llvm::Expected<ConfigFile> findConfig(llvm::StringRef folder) {
  for (; !folder.empty(); folder = llvm::sys::path::parent_path(folder)) {
    llvm::SmallString<256> path(folder);
    llvm::sys::path::append(path, fileName);
    if (!llvm::sys::fs::exists(path))
      continue;
    auto near = readConfigFile(path);
    if (!near || !near->inheritParent)
      return near;
    auto far = findConfig(llvm::sys::path::parent_path(folder));
    if (!far)
      return far;
    return combine(std::move(*far), *near);
  }
  return ConfigFile();
}

} // namespace kmem
