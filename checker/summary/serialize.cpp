// The file:  magic | format version | bytes of the head | xxh3 of the head | head | function bodies
// The head:  main file, initialisers, and the directory: per function its content hash, the size and xxh3 of its body.
// A body is verified when it is read, so skipping one costs nothing, not even its pages.

#include "checker/summary/serialize.h"

#include "checker/summary/fields.h"

#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

#include <numeric>

namespace kmem::summary {

namespace {

constexpr llvm::StringLiteral magic("KSUM");
constexpr size_t headerSize = 4 + 4 + 8 + 8;

struct DirectoryEntry {
  ContentHash hash{};
  uint64_t size = 0;
  std::array<uint8_t, 8> checksum{};
};

struct Head {
  std::string mainFile;
  std::vector<Initializer> initializers;
  std::vector<DirectoryEntry> directory;
};

template <typename Io> void fields(Io &io, In<Io, DirectoryEntry> &entry) {
  io(entry.hash, entry.size, entry.checksum);
}
template <typename Io> void fields(Io &io, In<Io, Head> &head) { io(head.mainFile, head.initializers, head.directory); }

std::array<uint8_t, 8> checksumOf(llvm::StringRef bytes) {
  std::array<uint8_t, 8> stored;
  llvm::support::endian::write64le(stored.data(), llvm::xxh3_64bits(bytes));
  return stored;
}

void appendInteger(std::string &bytes, uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    bytes.push_back(char(value >> (8 * i)));
}

llvm::Error damaged(const llvm::Twine &what) { return llvm::createStringError("damaged summary: " + what); }

std::string functionBytes(const FunctionSummary &function) {
  ByteWriter writer;
  writer(function);
  return std::move(writer.bytes);
}

/// What the field lists cannot see: a reference forward, to a table that is stored later.
bool callResultsExist(const FunctionSummary &function) {
  for (const Expr &expr : function.exprs)
    if (expr.kind == ExprKind::CallResult && uint64_t(expr.value) >= function.calls.size())
      return false;
  return !function.names.empty() && !function.exprs.empty();
}

llvm::Error readFunction(llvm::StringRef body, const DirectoryEntry &entry, FunctionSummary &function) {
  if (checksumOf(body) != entry.checksum)
    return damaged("checksum of a function differs");
  ByteReader reader(body);
  reader(function);
  if (reader.error())
    return damaged(reader.error());
  if (reader.left() || !callResultsExist(function))
    return damaged("inconsistent function");
  return llvm::Error::success();
}

/// Splits off the head; `bytes` is left with the function bodies.
llvm::Expected<Head> readHead(llvm::StringRef &bytes) {
  if (!bytes.starts_with(magic))
    return damaged(bytes.empty() ? "the file is empty" : "not a summary file");
  if (bytes.size() < headerSize)
    return damaged("truncated");
  const char *header = bytes.data() + magic.size();
  uint32_t version = llvm::support::endian::read32le(header);
  if (version != formatVersion)
    return llvm::createStringError("summary of format " + llvm::Twine(version) + ", this program reads " +
                                   llvm::Twine(formatVersion));
  uint64_t size = llvm::support::endian::read64le(header + 4);
  if (size > bytes.size() - headerSize)
    return damaged("truncated");
  llvm::StringRef headBytes = bytes.substr(headerSize, size);
  if (llvm::xxh3_64bits(headBytes) != llvm::support::endian::read64le(header + 12))
    return damaged("checksum differs");
  bytes = bytes.drop_front(headerSize + size);
  ByteReader reader(headBytes);
  Head head;
  reader(head);
  if (reader.error() || reader.left())
    return damaged(reader.error() ? reader.error() : "trailing bytes");
  return head;
}

} // namespace

std::string serialize(const TuSummary &unit) {
  assert(unit.hashes.size() == unit.functions.size() && "one hash per function");
  Head head{unit.mainFile, unit.initializers, {}};
  std::string bodies;
  for (size_t i = 0; i < unit.functions.size(); ++i) {
    std::string body = functionBytes(unit.functions[i]);
    head.directory.push_back({unit.hashes[i], body.size(), checksumOf(body)});
    bodies += body;
  }
  ByteWriter writer;
  writer(head);
  std::string file = magic.str();
  appendInteger(file, formatVersion, 4);
  appendInteger(file, writer.bytes.size(), 8);
  appendInteger(file, llvm::xxh3_64bits(writer.bytes), 8);
  return file + writer.bytes + bodies;
}

llvm::Expected<TuSummary> deserialize(llvm::StringRef bytes) {
  return deserializeWanted(bytes, [](const ContentHash &) { return true; });
}

llvm::Expected<TuSummary> deserializeWanted(llvm::StringRef bytes,
                                            llvm::function_ref<bool(const ContentHash &)> wanted) {
  auto head = readHead(bytes);
  if (!head)
    return head.takeError();
  TuSummary unit{std::move(head->mainFile), {}, {}, std::move(head->initializers)};
  unit.functions.resize(head->directory.size());
  unit.hashes.reserve(head->directory.size());
  for (size_t i = 0; i < head->directory.size(); ++i) {
    const DirectoryEntry &entry = head->directory[i];
    if (entry.size > bytes.size())
      return damaged("truncated");
    unit.hashes.push_back(entry.hash);
    if (wanted(entry.hash))
      if (llvm::Error error = readFunction(bytes.take_front(entry.size), entry, unit.functions[i]))
        return std::move(error);
    bytes = bytes.drop_front(entry.size);
  }
  if (!bytes.empty())
    return damaged("trailing bytes");
  return unit;
}

ContentHash hashFunction(const FunctionSummary &function, const std::vector<ContentHash> &calleeHashes) {
  llvm::BLAKE3 hasher;
  hasher.update(functionBytes(function));
  for (const ContentHash &callee : calleeHashes)
    hasher.update(callee);
  return hasher.final<sizeof(ContentHash)>();
}

} // namespace kmem::summary
