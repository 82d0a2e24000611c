#include "runtime/replay/saved_replay.h"

#include "core/finding/json_fields.h"

#include "llvm/Support/MemoryBuffer.h"

namespace kmem::replay {

static constexpr llvm::StringLiteral choiceNames[] = {"allocation",   "trylock",     "user-copy",
                                                      "interrupted",  "static-key",  "call-target",
                                                      "object-shape", "stub-result", "settled"};
static constexpr llvm::StringLiteral entryNames[] = {"input", "choice"};

static llvm::StringRef toString(ChoiceKind kind) { return choiceNames[unsigned(kind)]; }
static constexpr unsigned countOf(ChoiceKind) { return std::size(choiceNames); }
static llvm::StringRef toString(WitnessEntry::Kind kind) { return entryNames[unsigned(kind)]; }
static constexpr unsigned countOf(WitnessEntry::Kind) { return std::size(entryNames); }

template <typename Io> void fields(Io &io, In<Io, WitnessEntry> &entry) {
  io("kind", entry.kind);
  io("text", entry.text);
  io("value", entry.value);
  if (entry.kind == WitnessEntry::Kind::Choice)
    return io("choice", entry.choice);
  io("width", entry.width);
  io.optional("pointer", entry.isPointer);
  io.optional("type", entry.type);
}

template <typename Io> void fields(Io &io, In<Io, LazyObjects::Named> &object) {
  io("base", object.base);
  io("size", object.size);
  io("name", object.name);
}

template <typename Io> void fields(Io &io, In<Io, Witness> &witness) {
  io("entries", witness.entries);
  io("objects", witness.objects);
}

template <typename Io> void fields(Io &io, In<Io, SavedUnit> &unit) {
  io("name", unit.name);
  io("digest", unit.digest);
}

template <typename Io> void fields(Io &io, In<Io, SavedOutcome> &outcome) {
  io("instructions", outcome.instructions);
  io("report", outcome.report);
  io("steps", outcome.steps);
}

template <typename Io> void fields(Io &io, In<Io, SavedReplay> &saved) {
  versionField(io, savedReplayVersion);
  io("first", saved.first);
  io("skips", saved.skips);
  io.optional("inject", saved.inject);
  io("units", saved.units);
  io("outcome", saved.outcome);
  io("finding", saved.finding);
  io("witness", saved.witness);
}

std::string textOf(const SavedReplay &saved) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::json::OStream json(out, /*IndentSize=*/1);
  JsonWriter(json).put(saved);
  json.flush();
  out << "\n";
  return text;
}

/// "[3:14, byte=33]: what" as "name:3:14: what".
static llvm::Error syntaxError(llvm::Error error, llvm::StringRef name) {
  const std::string text = llvm::toString(std::move(error));
  auto [place, what] = llvm::StringRef(text).split("]: ");
  place.consume_front("[");
  return llvm::createStringError(name + ":" + place.split(',').first + ": " + what);
}

llvm::Expected<SavedReplay> parseSavedReplay(llvm::StringRef text, llvm::StringRef name) {
  auto value = llvm::json::parse(text);
  if (!value)
    return syntaxError(value.takeError(), name);
  const llvm::json::Object *object = value->getAsObject();
  if (!object)
    return llvm::createStringError(name + ":1:1: expected an object");
  llvm::json::Path::Root root("saved replay");
  JsonReader reader(*object, root);
  SavedReplay saved;
  fields(reader, saved);
  if (!reader.ok())
    return llvm::createStringError(name + ": " + llvm::toString(root.getError()));
  return saved;
}

llvm::Expected<SavedReplay> readSavedReplay(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  return parseSavedReplay((*buffer)->getBuffer(), path);
}

} // namespace kmem::replay
