#include "runtime/fault/decision_log.h"

#include <charconv>
#include <vector>

namespace kmem::sim {

namespace {

constexpr std::array<std::string_view, decisionPointCount> pointNames = {
    "slab", "page-alloc", "user-copy", "page-fault", "try-lock", "interrupt", "schedule-preempt"};

std::string hex(uint64_t value) {
  char digits[17];
  return "0x" + std::string(digits, std::to_chars(digits, digits + sizeof(digits), value, 16).ptr);
}

/// Decimal, or hexadecimal after 0x; the whole word.
template <typename Number> bool parseNumber(std::string_view word, Number &number) {
  const int base = word.starts_with("0x") ? 16 : 10;
  if (base == 16)
    word.remove_prefix(2);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  return error == std::errc() && end == word.data() + word.size();
}

std::vector<std::string_view> wordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    if (end)
      words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

/// The fields after the point and its number, in text()'s order.
bool parseFields(const std::vector<std::string_view> &words, Failure &failure) {
  if (words.size() != 10 && !(words.size() == 11 && words[10] == "marked"))
    return false;
  failure.cacheMarked = words.size() == 11;
  return words[2] == "at" && parseNumber(words[3], failure.at) && words[4] == "gfp" &&
         parseNumber(words[5], failure.gfp) && words[6] == "order" && parseNumber(words[7], failure.order) &&
         words[8] == "size" && parseNumber(words[9], failure.size);
}

} // namespace

std::string_view nameOf(DecisionPoint point) { return pointNames[unsigned(point)]; }

std::optional<DecisionPoint> decisionPointNamed(std::string_view name) {
  for (unsigned i = 0; i < decisionPointCount; ++i)
    if (pointNames[i] == name)
      return DecisionPoint(i);
  return std::nullopt;
}

void DecisionLog::appendFailure(const Question &question) {
  failures.write(failed++) = {question.point, question.cacheMarked,  question.order, question.gfp,
                              question.size,  asked(question.point), total};
}

std::string DecisionLog::text() const {
  std::string all;
  for (uint64_t i = 0; i < failed; ++i) {
    const Failure &f = failure(i);
    all += std::string(nameOf(f.point)) + " " + std::to_string(f.number) + " at " + std::to_string(f.at) + " gfp " +
           hex(f.gfp) + " order " + std::to_string(f.order) + " size " + std::to_string(f.size) +
           (f.cacheMarked ? " marked\n" : "\n");
  }
  for (unsigned i = 0; i < decisionPointCount; ++i)
    if (asks[i])
      all += "asked " + std::string(pointNames[i]) + " " + std::to_string(asks[i]) + "\n";
  return all;
}

std::optional<DecisionLog> DecisionLog::parse(std::string_view text, std::string &problem) {
  DecisionLog log;
  for (unsigned number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string wrong = log.addLine(text.substr(0, end));
    if (!wrong.empty()) {
      problem = "line " + std::to_string(number) + ": " + wrong;
      return std::nullopt;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  problem = log.completeAsks();
  if (!problem.empty())
    return std::nullopt;
  return log;
}

std::string DecisionLog::addLine(std::string_view line) {
  const std::vector<std::string_view> words = wordsOf(line);
  if (words.empty() || words[0].starts_with('#'))
    return "";
  const bool isTotal = words[0] == "asked";
  if (words.size() < 3)
    return "expected a point and a number";
  const std::optional<DecisionPoint> point = decisionPointNamed(words[isTotal ? 1 : 0]);
  if (!point)
    return "no decision is called \"" + std::string(words[isTotal ? 1 : 0]) + "\"";
  uint64_t &asksOfPoint = asks[unsigned(*point)];
  if (isTotal) {
    if (asksOfPoint || words.size() != 3 || !parseNumber(words[2], asksOfPoint))
      return "expected one \"asked POINT COUNT\" for each point";
    return "";
  }
  Failure failure{};
  failure.point = *point;
  if (!parseNumber(words[1], failure.number) || !parseFields(words, failure))
    return "expected \"POINT NUMBER at NUMBER gfp FLAGS order NUMBER size NUMBER\"";
  failures.write(failed++) = failure;
  return "";
}

/// The failures must be in order and no more than what was asked.
std::string DecisionLog::completeAsks() {
  std::array<uint64_t, decisionPointCount> last{};
  uint64_t lastAt = 0;
  for (uint64_t count : asks)
    total += count;
  for (uint64_t i = 0; i < failed; ++i) {
    const Failure &f = failure(i);
    uint64_t &lastOfPoint = last[unsigned(f.point)];
    if (f.number <= lastOfPoint || f.at <= lastAt || f.number > f.at)
      return "the failures are not in order";
    if (f.number > asked(f.point) || f.at > total)
      return "more failures than questions about \"" + std::string(nameOf(f.point)) + "\"";
    lastOfPoint = f.number;
    lastAt = f.at;
  }
  return "";
}

bool DecisionLog::operator==(const DecisionLog &other) const {
  if (asks != other.asks || failed != other.failed)
    return false;
  for (uint64_t i = 0; i < failed; ++i)
    if (failure(i) != other.failure(i))
      return false;
  return true;
}

} // namespace kmem::sim
