#include "checker/driver/line_filter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

namespace kmem {

static llvm::Error misspelled() {
  return llvm::createStringError("expected [{\"name\": \"file.c\", \"lines\": [[1, 3]]}]");
}

static std::optional<std::pair<unsigned, unsigned>> range(const llvm::json::Value &value) {
  const llvm::json::Array *bounds = value.getAsArray();
  if (!bounds || bounds->size() != 2)
    return std::nullopt;
  auto first = (*bounds)[0].getAsInteger(), last = (*bounds)[1].getAsInteger();
  if (!first || !last || *first < 1 || *last < *first)
    return std::nullopt;
  return std::pair(unsigned(*first), unsigned(*last));
}

llvm::Expected<LineFilter> LineFilter::parse(llvm::StringRef json) {
  LineFilter filter;
  if (json.trim().empty())
    return filter;
  auto value = llvm::json::parse(json);
  if (!value)
    return value.takeError();
  const llvm::json::Array *entries = value->getAsArray();
  if (!entries)
    return misspelled();
  for (const llvm::json::Value &entry : *entries) {
    const llvm::json::Object *object = entry.getAsObject();
    auto name = object ? object->getString("name") : std::nullopt;
    if (!name)
      return misspelled();
    File file{name->str(), {}};
    if (const llvm::json::Array *lines = object->getArray("lines"))
      for (const llvm::json::Value &item : *lines) {
        auto bounds = range(item);
        if (!bounds)
          return misspelled();
        file.lines.push_back(*bounds);
      }
    filter.files.push_back(std::move(file));
  }
  return filter;
}

bool LineFilter::contains(const SourceLocation &location) const {
  return files.empty() || llvm::any_of(files, [&](const File &file) {
           if (!llvm::StringRef(location.file).ends_with(file.name))
             return false;
           return file.lines.empty() || llvm::any_of(file.lines, [&](auto bounds) {
                    return bounds.first <= location.line && location.line <= bounds.second;
                  });
         });
}

} // namespace kmem
