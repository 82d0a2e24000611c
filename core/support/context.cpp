#include "core/support/context.h"

#include <array>

namespace kmem {

static constexpr std::array<llvm::StringLiteral, contextComponentCount> names = {
    "preempt", "softirq", "serving_softirq", "hardirq", "nmi", "irqs_off", "rcu"};

llvm::StringRef contextComponentName(ContextComponent component) { return names[unsigned(component)]; }

std::optional<ContextComponent> parseContextComponent(llvm::StringRef name) {
  for (unsigned i = 0; i < names.size(); ++i)
    if (names[i] == name)
      return ContextComponent(i);
  return std::nullopt;
}

std::string describe(ContextSet set) {
  std::string text;
  for (unsigned i = 0; i < names.size(); ++i) {
    if (!set.contains(ContextComponent(i)))
      continue;
    text += text.empty() ? "" : ", ";
    text += names[i];
  }
  return text.empty() ? "process" : text;
}

} // namespace kmem
