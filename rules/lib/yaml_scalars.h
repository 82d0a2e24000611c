// Stage: rules. How the small things are spelled in YAML: names, "one or a list of", context components, sleeping.
// Private to the readers of rule files.
#pragma once

#include "rules/lib/rows.h"

#include "llvm/Support/YAMLTraits.h"

namespace kmem::rules {

/// What a reader knows while a file is read: where its text is, so that a scalar can tell its line.
struct ReadState {
  llvm::StringRef text;
  bool owns(const char *where) const { return where >= text.begin() && where <= text.end(); }
  unsigned lineOf(const char *where) const {
    return unsigned(1 + text.take_front(size_t(where - text.begin())).count('\n'));
  }
};

/// Stand where a node kind makes no sense; reading one is an error.
struct MisplacedScalar {};
struct MisplacedMap {};

/// `key: x` or `key: [x, y]`.
template <typename T> struct ScalarList {
  std::vector<T> items;
  MisplacedMap misplaced;
};

/// `key: {..}` or `key: [{..}, {..}]`.
template <typename T> struct MapList {
  std::vector<T> items;
  MisplacedScalar misplaced;
};

/// `sleeps: always`, `sleeps: never` or `sleeps: {gfp: 1}`.
struct SleepByGfp {
  int gfp = noArgument;
};
struct SleepSpelling {
  SleepWhen when = SleepWhen::Never;
  SleepByGfp byGfp;
  std::vector<int> misplaced;
};

/// `save_irqs: result` or the number of the pointer argument that receives the flags.
struct FlagsPlace {
  int argument = noArgument;
};

template <typename T> void mapList(llvm::yaml::IO &io, const char *key, std::vector<T> &list) {
  ScalarList<T> spelled;
  io.mapOptional(key, spelled);
  list = std::move(spelled.items);
}

template <typename T> void mapRecords(llvm::yaml::IO &io, const char *key, std::vector<T> &list) {
  MapList<T> spelled;
  io.mapOptional(key, spelled);
  list = std::move(spelled.items);
}

inline ContextSet mapContext(llvm::yaml::IO &io, const char *key);

} // namespace kmem::rules

LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(kmem::ContextComponent)
LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(kmem::rules::PlacedName)

namespace llvm::yaml {

template <> struct ScalarTraits<kmem::rules::PlacedName> {
  static void output(const kmem::rules::PlacedName &value, void *, raw_ostream &out) { out << value.name; }
  static StringRef input(StringRef text, void *context, kmem::rules::PlacedName &value) {
    // A plain scalar is a piece of the file's own text, which is how it knows its line.
    auto *state = static_cast<const kmem::rules::ReadState *>(context);
    value.name = text.str();
    value.line = state && state->owns(text.data()) ? state->lineOf(text.data()) : 0;
    return text.empty() ? "empty name" : "";
  }
  static QuotingType mustQuote(StringRef text) { return needsQuotes(text); }
};

template <> struct ScalarTraits<kmem::ContextComponent> {
  static void output(const kmem::ContextComponent &value, void *, raw_ostream &out) {
    out << kmem::contextComponentName(value);
  }
  static StringRef input(StringRef text, void *, kmem::ContextComponent &value) {
    auto component = kmem::parseContextComponent(text);
    value = component.value_or(kmem::ContextComponent::Preempt);
    return component ? "" : "unknown context component";
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<kmem::rules::FlagsPlace> {
  static void output(const kmem::rules::FlagsPlace &value, void *, raw_ostream &out) { out << value.argument; }
  static StringRef input(StringRef text, void *, kmem::rules::FlagsPlace &value) {
    if (text == "result")
      return "";
    return text.getAsInteger(10, value.argument) ? "expected an argument number or 'result'" : "";
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<kmem::rules::MisplacedScalar> {
  static void output(const kmem::rules::MisplacedScalar &, void *, raw_ostream &) {}
  static StringRef input(StringRef, void *, kmem::rules::MisplacedScalar &) { return "expected a mapping"; }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct MappingTraits<kmem::rules::MisplacedMap> {
  static void mapping(IO &io, kmem::rules::MisplacedMap &) { io.setError("expected a name, a number or a list"); }
};

template <typename T> struct PolymorphicTraits<kmem::rules::ScalarList<T>> {
  using List = kmem::rules::ScalarList<T>;
  static NodeKind getKind(const List &) { return NodeKind::Sequence; }
  static T &getAsScalar(List &list) { return list.items.emplace_back(); }
  static std::vector<T> &getAsSequence(List &list) { return list.items; }
  static kmem::rules::MisplacedMap &getAsMap(List &list) { return list.misplaced; }
};

template <typename T> struct PolymorphicTraits<kmem::rules::MapList<T>> {
  using List = kmem::rules::MapList<T>;
  static NodeKind getKind(const List &) { return NodeKind::Sequence; }
  static T &getAsMap(List &list) { return list.items.emplace_back(); }
  static std::vector<T> &getAsSequence(List &list) { return list.items; }
  static kmem::rules::MisplacedScalar &getAsScalar(List &list) { return list.misplaced; }
};

template <> struct ScalarEnumerationTraits<kmem::rules::SleepWhen> {
  static void enumeration(IO &io, kmem::rules::SleepWhen &value) {
    io.enumCase(value, "never", kmem::rules::SleepWhen::Never);
    io.enumCase(value, "always", kmem::rules::SleepWhen::Always);
  }
};

template <> struct MappingTraits<kmem::rules::SleepByGfp> {
  static void mapping(IO &io, kmem::rules::SleepByGfp &value) { io.mapRequired("gfp", value.gfp); }
};

template <> struct PolymorphicTraits<kmem::rules::SleepSpelling> {
  using Spelling = kmem::rules::SleepSpelling;
  static NodeKind getKind(const Spelling &) { return NodeKind::Scalar; }
  static kmem::rules::SleepWhen &getAsScalar(Spelling &value) { return value.when; }
  static std::vector<int> &getAsSequence(Spelling &value) { return value.misplaced; }
  static kmem::rules::SleepByGfp &getAsMap(Spelling &value) {
    value.when = kmem::rules::SleepWhen::GfpBlocks;
    return value.byGfp;
  }
};

} // namespace llvm::yaml

namespace kmem::rules {

inline ContextSet mapContext(llvm::yaml::IO &io, const char *key) {
  std::vector<ContextComponent> components;
  mapList(io, key, components);
  ContextSet set;
  for (ContextComponent component : components)
    set.insert(component);
  return set;
}

} // namespace kmem::rules
