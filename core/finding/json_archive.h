// Stage: finding. The two ends of the JSON form: JsonWriter writes, JsonReader reads back, and both answer to the same
// calls, so that one list of fields (json_fields.h) serves both and the two cannot drift apart.
//
// A reader ignores keys it does not know. The first key that is missing or has another type than expected is reported
// through its Path; what is read after that is of no use.
#pragma once

#include "core/finding/finding.h"

#include "llvm/Support/JSON.h"

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace kmem {

/// `const T` for a writer, `T` for a reader.
template <typename Io, typename T> using In = std::conditional_t<Io::writing, const T, T>;

template <typename T>
concept JsonEnumeration = std::is_enum_v<T>;

/// A struct with a list of fields.
template <typename T>
concept JsonRecord = std::is_class_v<T> && !std::same_as<T, std::string> && !std::same_as<T, ContextSet>;

class JsonWriter {
public:
  static constexpr bool writing = true;
  explicit JsonWriter(llvm::json::OStream &json) : json(json) {}

  template <typename T> void operator()(llvm::StringRef key, const T &value) {
    json.attributeBegin(key);
    put(value);
    json.attributeEnd();
  }
  /// Left out where it says nothing.
  template <typename T> void optional(llvm::StringRef key, const T &value) {
    if (!(value == T()))
      (*this)(key, value);
  }
  template <typename T> void optional(llvm::StringRef key, const std::optional<T> &value) {
    if (value)
      (*this)(key, *value);
  }

  /// Source text may hold any bytes; JSON may not.
  void put(const std::string &text) { json.value(llvm::json::isUTF8(text) ? text : llvm::json::fixUTF8(text)); }
  void put(bool value) { json.value(value); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void put(T value) {
    json.value(value);
  }
  template <JsonEnumeration T> void put(T value) { json.value(toString(value)); }
  void put(ContextSet set) {
    json.array([&] {
      for (unsigned i = 0; i < contextComponentCount; ++i)
        if (set.contains(ContextComponent(i)))
          json.value(contextComponentName(ContextComponent(i)));
    });
  }
  template <typename T> void put(const std::vector<T> &list) {
    json.array([&] {
      for (const T &item : list)
        put(item);
    });
  }
  template <JsonRecord T> void put(const T &record) {
    json.object([&] { fields(*this, record); });
  }

private:
  llvm::json::OStream &json;
};

class JsonReader {
public:
  static constexpr bool writing = false;
  JsonReader(const llvm::json::Object &object, llvm::json::Path path) : object(object), path(path) {}

  template <typename T> void operator()(llvm::StringRef key, T &value) {
    if (const llvm::json::Value *found = object.get(key))
      read(*found, value, path.field(key));
    else
      fail(path.field(key), "missing key");
  }
  template <typename T> void optional(llvm::StringRef key, T &value) {
    if (const llvm::json::Value *found = object.get(key))
      read(*found, value, path.field(key));
  }
  template <typename T> void optional(llvm::StringRef key, std::optional<T> &value) {
    if (const llvm::json::Value *found = object.get(key))
      read(*found, value.emplace(), path.field(key));
  }

  void fail(llvm::json::Path at, llvm::StringLiteral what) {
    if (good)
      at.report(what);
    good = false;
  }
  void fail(llvm::StringRef key, llvm::StringLiteral what) { fail(path.field(key), what); }
  /// Whether everything read so far made sense.
  bool ok() const { return good; }

private:
  using Value = llvm::json::Value;
  using Path = llvm::json::Path;

  void read(const Value &json, std::string &value, Path at) {
    if (auto text = json.getAsString())
      value = text->str();
    else
      fail(at, "expected a string");
  }
  void read(const Value &json, bool &value, Path at) {
    if (auto truth = json.getAsBoolean())
      value = *truth;
    else
      fail(at, "expected true or false");
  }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void read(const Value &json, T &value, Path at) {
    std::conditional_t<std::is_signed_v<T>, std::optional<int64_t>, std::optional<uint64_t>> number;
    if constexpr (std::is_signed_v<T>)
      number = json.getAsInteger();
    else
      number = json.getAsUINT64();
    if (number && std::in_range<T>(*number))
      value = T(*number);
    else
      fail(at, "expected a number in range");
  }
  template <JsonEnumeration T> void read(const Value &json, T &value, Path at) {
    for (unsigned i = 0; i < countOf(value); ++i)
      if (json.getAsString() == toString(T(i))) {
        value = T(i);
        return;
      }
    fail(at, "unknown word");
  }
  void read(const Value &json, ContextSet &set, Path at) {
    std::vector<std::string> names;
    read(json, names, at);
    for (const std::string &name : names) {
      if (auto component = parseContextComponent(name))
        set.insert(*component);
      else
        fail(at, "unknown part of a context");
    }
  }
  template <typename T> void read(const Value &json, std::vector<T> &list, Path at) {
    const llvm::json::Array *array = json.getAsArray();
    if (!array)
      return fail(at, "expected a list");
    for (size_t i = 0; i < array->size(); ++i)
      read((*array)[i], list.emplace_back(), at.index(unsigned(i)));
  }
  template <JsonRecord T> void read(const Value &json, T &record, Path at) {
    const llvm::json::Object *inner = json.getAsObject();
    if (!inner)
      return fail(at, "expected an object");
    JsonReader reader(*inner, at);
    reader.good = good;
    fields(reader, record);
    good = reader.good;
  }

  const llvm::json::Object &object;
  llvm::json::Path path;
  bool good = true;
};

} // namespace kmem
