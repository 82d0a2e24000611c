#include "runtime/scenario/truth_file.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace kmem::sim {

namespace {

constexpr uint64_t mebibyte = uint64_t(1) << 20;

struct NameParts {
  std::string group, kernel, variant;
  bool memoryNamed = false;
};

bool isKernelTag(llvm::StringRef part) { return profileNamed(part.str()).has_value(); }

/// "exhaust-612dbg-256M-noboost" is group, tag and options; what is no option of a profile is the variant.
NameParts splitName(llvm::StringRef path) {
  llvm::SmallVector<llvm::StringRef, 6> parts;
  llvm::sys::path::stem(path).split(parts, '-');
  NameParts name;
  name.group = parts.front().str();
  for (llvm::StringRef part : llvm::drop_begin(parts)) {
    if (name.kernel.empty() && isKernelTag(part))
      name.kernel = part.str();
    else if (!name.kernel.empty() && isKernelTag(name.kernel + "-" + part.str())) {
      name.memoryNamed |= llvm::isDigit(part.front());
      name.kernel += "-" + part.str();
    } else if (part != "summary")
      name.variant = part.str();
  }
  return name;
}

/// The tag of the kernel that says this of itself in its meta record; "" when it is none of ours.
std::string tagOfRelease(llvm::StringRef release) {
  const bool distribution = release.contains("deb") || release.contains("-amd64");
  for (llvm::StringRef version : {"6.12", "6.1"})
    if (release.consume_front(version) && release.starts_with("."))
      return (distribution ? "deb" : "") + llvm::join(llvm::split(version, '.'), "") + (distribution ? "" : "dbg");
  return "";
}

/// Memory is a power of two that the usable pages fit into.
uint64_t memoryOf(uint64_t usablePages) {
  uint64_t bytes = mebibyte;
  while (bytes < usablePages << 12)
    bytes *= 2;
  return bytes;
}

/// "slub_debug=FZPU", "noboost=1" among the words of a command line.
void applyCommandLine(Profile &profile, llvm::StringRef commandLine) {
  for (llvm::StringRef word : llvm::split(commandLine, ' ')) {
    if (word.consume_front("slub_debug")) {
      const llvm::StringRef letters = word.consume_front("=") ? word.split(',').first : "FZPU";
      profile.slubDebug = {letters.contains_insensitive('f'), letters.contains_insensitive('z'),
                           letters.contains_insensitive('p'), letters.contains_insensitive('u')};
    }
    if (word.contains("noboost=1"))
      profile.watermarkBoost = false;
  }
}

/// How many CPUs the recordings without a meta record had.
unsigned usualCpus(const NameParts &name) {
  if (name.variant == "ipi")
    return 2;
  return name.group == "matrix" || name.group == "mismatch" ? 1 : 2;
}

void applyMeta(Profile &profile, const Record &meta, bool memoryNamed) {
  if (auto cpus = meta.getInteger("nr_cpus"); cpus && *cpus > 0)
    profile.cpus = unsigned(*cpus);
  if (auto commandLine = meta.getString("cmdline"))
    applyCommandLine(profile, *commandLine);
  // The usable pages tell the memory only when nothing better does: what a kernel keeps for itself varies.
  const uint64_t usable = uint64_t(meta.getInteger("totalram_pages").value_or(0));
  const uint64_t usual = profile.memoryBytes >> 12;
  if (!memoryNamed && usable && (usable > usual || usable < usual / 2))
    profile.memoryBytes = memoryOf(usable);
}

llvm::Error readRecords(const llvm::MemoryBuffer &buffer, TruthFile &file) {
  for (llvm::line_iterator line(buffer); !line.is_at_eof(); ++line) {
    auto value = llvm::json::parse(*line);
    const std::string place = file.path + ":" + std::to_string(line.line_number()) + ": ";
    if (!value)
      return llvm::createStringError(place + llvm::toString(value.takeError()));
    llvm::json::Object *record = value->getAsObject();
    if (!record)
      return llvm::createStringError(place + "not a JSON object");
    const llvm::StringRef op = record->getString("op").value_or("");
    if (op == "meta")
      file.meta = std::move(*record);
    else if (op != "procfile")
      file.records.push_back({unsigned(line.line_number()), std::move(*record)});
  }
  return llvm::Error::success();
}

llvm::Error chooseProfile(TruthFile &file, const NameParts &name, llvm::StringRef override) {
  std::string tag = override.str();
  if (tag.empty())
    tag = name.kernel;
  if (tag.empty())
    tag = tagOfRelease(file.meta.getString("release").value_or(""));
  auto profile = profileNamed(tag);
  if (!profile)
    return llvm::createStringError(tag.empty() ? file.path + ": neither its name nor a meta record says which kernel"
                                               : "unknown profile '" + tag + "'");
  profile->cpus = usualCpus(name);
  applyMeta(*profile, file.meta, name.memoryNamed || !override.empty());
  settle(*profile);
  file.profile = *profile;
  return llvm::Error::success();
}

} // namespace

llvm::Expected<TruthFile> readTruthFile(llvm::StringRef path, llvm::StringRef profileName) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  TruthFile file;
  file.path = path.str();
  if (llvm::Error error = readRecords(**buffer, file))
    return std::move(error);
  const NameParts name = splitName(path);
  file.group = file.meta.getString("group").value_or(name.group).str();
  file.variant = name.variant;
  if (llvm::Error error = chooseProfile(file, name, profileName))
    return std::move(error);
  return file;
}

} // namespace kmem::sim
