#include "runtime/search/path.h"

#include <algorithm>

namespace kmem::replay {

/// One after another: a long chain would destroy itself recursively.
PathLog::Node::~Node() {
  while (before && before.use_count() == 1)
    before = std::move(std::const_pointer_cast<Node>(before)->before);
}

void PathLog::append(LogEntry entry) {
  auto node = std::make_shared<Node>();
  node->size = size() + 1;
  node->inputs = inputs() + !entry.isChoice;
  node->entry = std::move(entry);
  node->before = std::move(last);
  last = std::move(node);
}

void PathLog::truncate(size_t size) {
  while (last && last->size > size)
    last = last->before;
}

std::vector<const LogEntry *> PathLog::entries(size_t first) const {
  std::vector<const LogEntry *> all;
  for (const Node *node = last.get(); node && node->size > first; node = node->before.get())
    all.push_back(&node->entry);
  std::reverse(all.begin(), all.end());
  return all;
}

const LogEntry *PathLog::findLast(llvm::function_ref<bool(const LogEntry &)> fits) const {
  for (const Node *node = last.get(); node; node = node->before.get())
    if (fits(node->entry))
      return &node->entry;
  return nullptr;
}

} // namespace kmem::replay
