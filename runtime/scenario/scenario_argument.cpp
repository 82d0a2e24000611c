#include "runtime/scenario/scenario_argument.h"

#include "runtime/scenario/comparison.h"
#include "runtime/scenario/contexts.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace kmem::sim {

namespace {

using Parsed = llvm::Expected<ParsedArgument>;

llvm::Error expected(const Argument &schema, llvm::StringRef what, const llvm::json::Value &value) {
  return llvm::createStringError(schema.name + ": expected " + what + ", not " + render(&value));
}

ParsedArgument numberOf(const Argument &schema, uint64_t number) { return {schema.kind, number, "", {}}; }

Parsed parseInteger(const Argument &schema, const llvm::json::Value &value) {
  if (auto number = value.getAsUINT64())
    return numberOf(schema, *number);
  std::optional<int64_t> number = value.getAsInteger();
  if (auto text = value.getAsString())
    number = parseNumber(*text);
  if (!number)
    return expected(schema, "a number", value);
  return numberOf(schema, uint64_t(*number));
}

/// A size may be any 64-bit number; only a number that is spelled negative is refused.
Parsed parseSize(const Argument &schema, const llvm::json::Value &value) {
  const auto number = value.getAsInteger();
  const auto text = value.getAsString();
  if ((number && *number < 0) || (text && text->starts_with("-")))
    return expected(schema, "a size, which is not negative", value);
  return parseInteger(schema, value);
}

Parsed parseGfp(const Argument &schema, const llvm::json::Value &value, const GfpFlags &gfp) {
  if (const auto text = value.getAsString(); text && !text->starts_with("0x")) {
    if (const auto flags = gfp.parse(std::string_view(*text)))
      return numberOf(schema, *flags);
    return expected(schema, "GFP flags that this kernel has, such as \"GFP_KERNEL|__GFP_NOWARN\"", value);
  }
  auto number = parseInteger(schema, value);
  if (!number || number->number > UINT32_MAX) {
    llvm::consumeError(number.takeError());
    return expected(schema, "GFP flags", value);
  }
  return number;
}

llvm::Error checkName(const Argument &schema, llvm::StringRef name, ValueKind kind, const KnownNames &known) {
  const auto found = known.find(name.str());
  if (found == known.end())
    return llvm::createStringError(schema.name + ": no step before this one names '" + name + "'");
  if (found->second != kind)
    return llvm::createStringError(schema.name + ": '" + name + "' is a " + nameOf(found->second) + ", not a " +
                                   nameOf(kind));
  return llvm::Error::success();
}

bool isAbsolute(llvm::StringRef text) { return text.starts_with("0x"); }

/// Memory that a device sees is a pointer for the CPU, too.
ValueKind pointerKindOf(llvm::StringRef name, const KnownNames &known) {
  const auto found = known.find(name.str());
  return found != known.end() && found->second == ValueKind::Coherent ? ValueKind::Coherent : ValueKind::Pointer;
}

/// "p", "p+16", "p-1".
Parsed parseNamedPointer(const Argument &schema, llvm::StringRef text, const KnownNames &known) {
  const size_t sign = text.find_first_of("+-");
  const llvm::StringRef name = text.substr(0, sign);
  std::optional<int64_t> offset = 0;
  if (sign != llvm::StringRef::npos) {
    offset = parseNumber(text.drop_front(sign + 1));
    if (!offset)
      return llvm::createStringError(schema.name + ": expected a number after '" + name + text.substr(sign, 1) +
                                     "' in '" + text + "'");
    if (text[sign] == '-')
      offset = -*offset;
  }
  if (llvm::Error error = checkName(schema, name, pointerKindOf(name, known), known))
    return std::move(error);
  return ParsedArgument{schema.kind, uint64_t(*offset), "", {name.str()}};
}

Parsed parsePointer(const Argument &schema, const llvm::json::Value &value, const KnownNames &known) {
  if (value.getAsNull())
    return numberOf(schema, 0);
  auto text = value.getAsString();
  if (!text)
    return parseInteger(schema, value);
  if (*text == "NULL")
    return numberOf(schema, 0);
  if (*text == "ZERO_SIZE_PTR")
    return numberOf(schema, zeroSizePointer);
  if (isAbsolute(*text))
    return parseInteger(schema, value);
  if (text->consume_front("ERR_PTR(") && text->consume_back(")"))
    if (const auto error = parseNumber(*text); error && *error < 0 && *error >= -int64_t(maxErrno))
      return numberOf(schema, uint64_t(*error));
  return parseNamedPointer(schema, *value.getAsString(), known);
}

Parsed parseNamed(const Argument &schema, const llvm::json::Value &value, const KnownNames &known) {
  const auto text = value.getAsString();
  if (!text)
    return expected(schema, ("the name of a " + nameOf(schema.value)).str(), value);
  if (llvm::Error error = checkName(schema, *text, schema.value, known))
    return std::move(error);
  return ParsedArgument{schema.kind, 0, "", {text->str()}};
}

Parsed parseNamedList(const Argument &schema, const llvm::json::Value &value, const KnownNames &known) {
  const llvm::json::Array *list = value.getAsArray();
  if (!list)
    return expected(schema, "a list of names", value);
  ParsedArgument argument{schema.kind, 0, "", {}};
  for (const llvm::json::Value &item : *list) {
    auto one = parseNamed(schema, item, known);
    if (!one)
      return one.takeError();
    argument.names.push_back(one->names.front());
  }
  return argument;
}

Parsed parseChoice(const Argument &schema, const llvm::json::Value &value) {
  llvm::SmallVector<llvm::StringRef, 8> words, chosen;
  schema.choices.split(words, ' ');
  const auto text = value.getAsString();
  const std::string all = "one of " + llvm::join(words, ", ");
  if (!text)
    return expected(schema, all, value);
  const bool several = schema.kind == ArgumentKind::Choices;
  text->split(chosen, several ? '|' : '\0', -1, !several);
  ParsedArgument argument{schema.kind, 0, text->str(), {}};
  for (llvm::StringRef word : chosen) {
    const auto *found = llvm::find(words, word.trim());
    if (found == words.end())
      return expected(schema, all, word);
    argument.number |= uint64_t(1) << (found - words.begin());
  }
  return argument;
}

Parsed parseBytes(const Argument &schema, const llvm::json::Value &value) {
  std::string digits, bytes;
  for (char c : value.getAsString().value_or("?"))
    if (!llvm::isSpace(c))
      digits += c;
  if (digits.empty() || digits.size() % 2 || !llvm::tryGetFromHex(digits, bytes))
    return expected(schema, "hexadecimal digits in pairs", value);
  return ParsedArgument{schema.kind, 0, bytes, {}};
}

Parsed parseContext(const Argument &schema, const llvm::json::Value &value) {
  const auto text = value.getAsString();
  const ContextInfo *info = text ? contextNamed(*text) : nullptr;
  if (info && info->isHandler())
    return llvm::createStringError(schema.name + ": '" + *text +
                                   "' is a handler, which runs one operation: say \"in\": [\"" + *text +
                                   "\"] in its step");
  if (!info)
    return expected(schema, "one of " + enterableContextNames(), value);
  return ParsedArgument{schema.kind, 0, text->str(), {}};
}

} // namespace

std::optional<int64_t> parseNumber(llvm::StringRef text) {
  constexpr llvm::StringLiteral units("KMGT");
  unsigned shift = 0;
  const size_t unit = text.empty() ? llvm::StringRef::npos : units.find(text.back());
  if (unit != llvm::StringRef::npos && !text.starts_with("0x")) {
    shift = 10 * unsigned(unit + 1);
    text = text.drop_back();
  }
  const bool negative = text.consume_front("-");
  uint64_t number = 0;
  if (text.getAsInteger(0, number) || (number << shift) >> shift != number)
    return std::nullopt;
  return negative ? -int64_t(number << shift) : int64_t(number << shift);
}

llvm::Expected<ParsedArgument> parseArgument(const Argument &schema, const llvm::json::Value &value,
                                             const KnownNames &known, const GfpFlags &gfp) {
  switch (schema.kind) {
  case ArgumentKind::Integer:
    return parseInteger(schema, value);
  case ArgumentKind::Size:
    return parseSize(schema, value);
  case ArgumentKind::Gfp:
    return parseGfp(schema, value, gfp);
  case ArgumentKind::Text:
    if (const auto text = value.getAsString())
      return ParsedArgument{schema.kind, 0, text->str(), {}};
    return expected(schema, "a string", value);
  case ArgumentKind::Bytes:
    return parseBytes(schema, value);
  case ArgumentKind::Flag:
    if (const auto flag = value.getAsBoolean())
      return numberOf(schema, *flag);
    return expected(schema, "true or false", value);
  case ArgumentKind::Pointer:
    return parsePointer(schema, value, known);
  case ArgumentKind::Named:
    return parseNamed(schema, value, known);
  case ArgumentKind::NamedList:
    return parseNamedList(schema, value, known);
  case ArgumentKind::Choice:
  case ArgumentKind::Choices:
    return parseChoice(schema, value);
  case ArgumentKind::Context:
    return parseContext(schema, value);
  }
  return expected(schema, "something else", value);
}

} // namespace kmem::sim
