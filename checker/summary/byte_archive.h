// Stage: summary. The two ends of the binary form: ByteWriter appends, ByteReader takes back, and both answer to the
// same calls, so that one list of fields (fields.h) serves writing and reading and the two cannot drift apart.
//
// A reader never trusts its input: counts are held against the bytes left, indices against the table they point into,
// enumerators against their last value. The first violation is remembered and everything read after it is zero.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LEB128.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace kmem::summary {

/// `const T` for a writer, `T` for a reader.
template <typename Io, typename T> using In = std::conditional_t<Io::writing, const T, T>;

/// The tables of a function that indices point into.
enum class Table : uint8_t { Names, Exprs, Acquisitions };
inline constexpr unsigned tableCount = 3;

template <typename T>
concept Enumeration = std::is_enum_v<T>;

class ByteWriter {
public:
  static constexpr bool writing = true;

  template <typename... Ts> void operator()(const Ts &...values) { (put(values), ...); }
  void index(Table, uint32_t value) { put(value); }
  void indices(Table, const std::vector<uint32_t> &values) { put(values); }
  /// An upper bound; most are open, and ~0 inverted is one byte instead of ten.
  void upperBound(uint64_t value) { put(~value); }
  template <typename T> void count(const std::vector<T> &list) { put(uint64_t(list.size())); }
  void limit(Table, size_t) {}
  void raw(llvm::ArrayRef<uint8_t> data) { bytes.append(reinterpret_cast<const char *>(data.data()), data.size()); }

  template <std::unsigned_integral T> void put(T value) {
    uint8_t buffer[10];
    raw({buffer, llvm::encodeULEB128(value, buffer)});
  }
  template <std::signed_integral T> void put(T value) {
    uint8_t buffer[10];
    raw({buffer, llvm::encodeSLEB128(value, buffer)});
  }
  template <Enumeration T> void put(T value) { bytes.push_back(char(value)); }
  void put(const std::string &text) {
    put(uint64_t(text.size()));
    bytes += text;
  }
  template <size_t n> void put(const std::array<uint8_t, n> &data) { raw(data); }
  template <typename T> void put(const std::vector<T> &list) {
    count(list);
    for (const T &item : list)
      put(item);
  }
  template <typename T>
    requires std::is_class_v<T>
  void put(const T &record) {
    fields(*this, record);
  }

  std::string bytes;
};

class ByteReader {
public:
  static constexpr bool writing = false;
  explicit ByteReader(llvm::StringRef bytes) : at(bytes.bytes_begin()), end(bytes.bytes_end()) {}

  template <typename... Ts> void operator()(Ts &...values) { (put(values), ...); }
  void index(Table table, uint32_t &value) {
    put(value);
    if (value >= limits[unsigned(table)])
      value = 0, fail("an index points outside its table");
  }
  void indices(Table table, std::vector<uint32_t> &values) {
    count(values);
    for (uint32_t &value : values)
      index(table, value);
  }
  void upperBound(uint64_t &value) {
    put(value);
    value = ~value;
  }
  template <typename T> void count(std::vector<T> &list) {
    uint64_t size = 0;
    put(size);
    // Every element takes at least one byte, so a damaged count cannot ask for more memory than the file is long.
    list.clear();
    if (size > left())
      return fail("a list is longer than the file");
    list.resize(size);
  }
  /// From here on an index into `table` must be below `size`.
  void limit(Table table, size_t size) { limits[unsigned(table)] = size; }

  template <std::unsigned_integral T> void put(T &value) {
    unsigned length = 0;
    const char *problem = nullptr;
    uint64_t wide = llvm::decodeULEB128(at, &length, end, &problem);
    value = T(wide);
    advance(length, problem || value != wide);
  }
  template <std::signed_integral T> void put(T &value) {
    unsigned length = 0;
    const char *problem = nullptr;
    int64_t wide = llvm::decodeSLEB128(at, &length, end, &problem);
    value = T(wide);
    advance(length, problem || value != wide);
  }
  template <Enumeration T> void put(T &value) {
    unsigned raw = left() ? *at : 0;
    bool valid = left() && raw <= unsigned(lastOf(T()));
    value = valid ? T(raw) : T();
    advance(1, !valid);
  }
  void put(std::string &text) {
    uint64_t size = 0;
    put(size);
    if (size > left())
      return fail("a text is longer than the file");
    text.assign(reinterpret_cast<const char *>(at), size);
    at += size;
  }
  template <size_t n> void put(std::array<uint8_t, n> &data) {
    if (left() < n)
      return fail("unexpected end");
    std::memcpy(data.data(), at, n);
    at += n;
  }
  template <typename T> void put(std::vector<T> &list) {
    count(list);
    for (T &item : list)
      put(item);
  }
  template <typename T>
    requires std::is_class_v<T>
  void put(T &record) {
    fields(*this, record);
  }

  void fail(const char *what) {
    if (!problem)
      problem = what;
    at = end;
  }
  size_t left() const { return size_t(end - at); }
  const uint8_t *position() const { return at; }
  /// Null while everything read so far made sense.
  const char *error() const { return problem; }

private:
  void advance(unsigned length, bool damaged) {
    if (damaged)
      return fail("a value is damaged");
    at += length;
  }

  const uint8_t *at;
  const uint8_t *end;
  const char *problem = nullptr;
  std::array<size_t, tableCount> limits{};
};

} // namespace kmem::summary
