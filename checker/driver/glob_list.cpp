#include "checker/driver/glob_list.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/GlobPattern.h"

namespace kmem {

llvm::Expected<GlobList> GlobList::parse(llvm::StringRef text) {
  GlobList list;
  llvm::SmallVector<llvm::StringRef> words;
  text.split(words, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef word : words) {
    word = word.trim();
    bool removes = word.consume_front("-");
    if (word.empty())
      continue;
    auto pattern = llvm::GlobPattern::create(word);
    if (!pattern)
      return llvm::createStringError("'" + word + "': " + llvm::toString(pattern.takeError()));
    list.items.push_back({word.str(), removes});
  }
  return list;
}

/// A GlobPattern points into its text, so it is made where it is used.
static bool matches(llvm::StringRef pattern, llvm::StringRef name) {
  return llvm::cantFail(llvm::GlobPattern::create(pattern), "parse() let it through").match(name);
}

bool GlobList::contains(llvm::StringRef name) const {
  bool chosen = false;
  for (const Item &item : items)
    if (matches(item.text, name))
      chosen = !item.removes;
  return chosen;
}

std::string GlobList::firstUnknown(llvm::ArrayRef<std::string> names) const {
  for (const Item &item : items) {
    bool isPattern = llvm::StringRef(item.text).find_first_of("*?[{") != llvm::StringRef::npos;
    if (!isPattern && !llvm::is_contained(names, item.text))
      return item.text;
  }
  return "";
}

} // namespace kmem
