#include "checker/link/program.h"

namespace kmem::link {

NameTable::NameTable() { intern(""); }

NameKey NameTable::intern(llvm::StringRef text) {
  auto [it, inserted] = keys.try_emplace(text, NameKey(texts.size()));
  if (inserted)
    texts.push_back(it->first());
  return it->second;
}

std::optional<NameKey> NameTable::find(llvm::StringRef text) const {
  auto it = keys.find(text);
  return it == keys.end() ? std::nullopt : std::optional(it->second);
}

} // namespace kmem::link
