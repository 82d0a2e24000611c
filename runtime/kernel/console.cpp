#include "runtime/kernel/console.h"

#include <algorithm>

namespace kmem::sim {

void Console::print(std::string line) {
  auto added = std::make_shared<Line>();
  added->before = std::move(newest);
  added->text = std::move(line);
  newest = std::move(added);
  ++count;
}

std::vector<std::string> Console::since(Mark mark) const {
  std::vector<std::string> lines;
  const Line *line = newest.get();
  for (uint64_t left = count; left > mark; --left, line = line->before.get())
    lines.push_back(line->text);
  std::reverse(lines.begin(), lines.end());
  return lines;
}

Console::~Console() = default;

// A long log must not be freed by recursion: take the chain apart as far as nobody else shares it.
Console::Line::~Line() {
  std::shared_ptr<const Line> next = std::move(before);
  while (next && next.use_count() == 1)
    next = std::move(const_cast<Line &>(*next).before);
}

} // namespace kmem::sim
