#include "checker/driver/nolint.h"

#include "checker/driver/glob_list.h"

#include <optional>

namespace kmem {

namespace {

/// One NOLINT word of a line.
struct Comment {
  llvm::StringRef suffix;                ///< "", NEXTLINE, BEGIN or END
  std::optional<llvm::StringRef> checks; ///< between the brackets
};

std::vector<Comment> commentsOf(llvm::StringRef line) {
  std::vector<Comment> comments;
  for (size_t at = line.find("NOLINT"); at != llvm::StringRef::npos; at = line.find("NOLINT")) {
    line = line.drop_front(at + 6);
    Comment comment;
    for (llvm::StringRef suffix : {"NEXTLINE", "BEGIN", "END"})
      if (line.consume_front(suffix))
        comment.suffix = suffix;
    if (line.consume_front("("))
      comment.checks = line.take_until([](char c) { return c == ')'; });
    comments.push_back(comment);
  }
  return comments;
}

bool concerns(const Comment &comment, llvm::StringRef check) {
  if (!comment.checks)
    return true;
  auto globs = GlobList::parse(*comment.checks);
  if (globs)
    return globs->contains(check);
  llvm::consumeError(globs.takeError());
  return false;
}

bool lineHas(llvm::StringRef line, llvm::StringRef suffix, llvm::StringRef check) {
  for (const Comment &comment : commentsOf(line))
    if (comment.suffix == suffix && concerns(comment, check))
      return true;
  return false;
}

/// A region counts only when it is closed by an END with the same list; an open one is a mistake, not a wish.
bool inRegion(const std::vector<llvm::StringRef> &lines, unsigned number, llvm::StringRef check) {
  std::vector<std::pair<unsigned, Comment>> open;
  for (unsigned i = 0; i < lines.size(); ++i) {
    for (const Comment &comment : commentsOf(lines[i])) {
      if (comment.suffix == "BEGIN")
        open.push_back({i + 1, comment});
      if (comment.suffix != "END" || open.empty() || open.back().second.checks != comment.checks)
        continue;
      if (open.back().first <= number && number <= i + 1 && concerns(comment, check))
        return true;
      open.pop_back();
    }
  }
  return false;
}

} // namespace

bool isSuppressedByComment(const Finding &finding, SourceLines &sources) {
  unsigned line = finding.location.line;
  return lineHas(sources.line(finding.location.file, line), "", finding.check) ||
         (line > 1 && lineHas(sources.line(finding.location.file, line - 1), "NEXTLINE", finding.check)) ||
         inRegion(sources.lines(finding.location.file), line, finding.check);
}

} // namespace kmem
