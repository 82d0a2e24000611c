#include "core/frontend/inline_pruning.h"

#include "clang/Basic/IdentifierTable.h"
#include "llvm/ADT/DenseMap.h"

#include <cassert>

namespace kmem {

using clang::Token;
namespace tok = clang::tok;

namespace {

/// One external declaration: the tokens from `begin` up to `end`.
struct Declaration {
  size_t begin = 0, end = 0;
  size_t body = 0; ///< where the brace of a function's body opens; 0: no function definition
  const clang::IdentifierInfo *name = nullptr; ///< the first name with a parameter list
  bool isStatic = false, isInline = false;
  bool isInitialised = false;
  bool isAnchored = false; ///< must stay: renamed, marked used, with a pragma inside, or not understood

  bool isRemovable() const { return body && isStatic && isInline && !isAnchored; }
  /// Code is generated for it whether or not someone names it, as far as tokens tell.
  bool isRoot() const { return !isRemovable() && (body || isInitialised); }
};

/// Splits a unit into its external declarations. What it does not understand it takes together with what follows.
class DeclarationReader {
public:
  explicit DeclarationReader(const std::vector<Token> &tokens) : tokens(tokens) {}

  std::vector<Declaration> readAll() {
    std::vector<Declaration> all;
    for (size_t next = 0; tokens[next].isNot(tok::eof); next = all.back().end)
      all.push_back(readOne(next));
    return all;
  }

private:
  Declaration readOne(size_t begin) {
    Declaration result;
    result.begin = begin;
    size_t i = begin;
    while (tokens[i].isNot(tok::eof)) {
      const Token &token = tokens[i];
      if (token.is(tok::l_brace) && result.name && !result.isInitialised)
        return finishFunction(result, i);
      if (token.is(tok::semi)) {
        ++i;
        break;
      }
      i = noteToken(result, i);
    }
    result.end = i;
    return result;
  }

  /// Takes in one token outside of all brackets, or a bracketed group, and returns what follows.
  size_t noteToken(Declaration &result, size_t i) {
    const Token &token = tokens[i];
    // Braces that are no body of a named function: what follows may be another declaration altogether.
    result.isAnchored |= token.is(tok::l_brace);
    if (token.isOneOf(tok::l_paren, tok::l_square, tok::l_brace))
      return skipGroup(result, i);
    result.isStatic |= token.is(tok::kw_static);
    result.isInline |= token.is(tok::kw_inline);
    result.isInitialised |= token.is(tok::equal);
    result.isAnchored |= token.is(tok::kw_asm);
    if (token.is(tok::identifier) && !result.name && tokens[i + 1].is(tok::l_paren))
      result.name = token.getIdentifierInfo();
    return i + 1;
  }

  Declaration finishFunction(Declaration result, size_t brace) {
    result.body = brace;
    result.end = skipGroup(result, brace);
    return result;
  }

  /// From an opening bracket to behind the closing one; to the end of the unit when there is none.
  size_t skipGroup(Declaration &result, size_t i) {
    unsigned depth = 0;
    for (; tokens[i].isNot(tok::eof); ++i) {
      const Token &token = tokens[i];
      if (token.isOneOf(tok::l_paren, tok::l_square, tok::l_brace))
        ++depth;
      else if (token.isOneOf(tok::r_paren, tok::r_square, tok::r_brace) && --depth == 0)
        return i + 1;
      else
        result.isAnchored |= token.isAnnotation() || saysUsed(token);
    }
    result.isAnchored = true;
    return i;
  }

  /// __attribute__((used)), but not a variable of that name within a body: that only keeps a little more.
  static bool saysUsed(const Token &token) {
    if (token.isNot(tok::identifier))
      return false;
    llvm::StringRef name = token.getIdentifierInfo()->getName();
    return name == "used" || name == "__used__" || name == "constructor" || name == "destructor";
  }

  const std::vector<Token> &tokens;
};

/// Finds which removable functions code that stays can reach by name.
class Reachability {
public:
  Reachability(const std::vector<Token> &tokens, const std::vector<Declaration> &declarations)
      : tokens(tokens), declarations(declarations), needed(declarations.size()) {
    for (size_t i = 0; i < declarations.size(); ++i)
      if (declarations[i].isRemovable())
        byName[declarations[i].name].push_back(i);
  }

  std::vector<bool> compute() {
    for (size_t i = 0; i < declarations.size(); ++i)
      if (declarations[i].isRoot())
        need(i);
    while (!work.empty()) {
      size_t next = work.back();
      work.pop_back();
      visit(declarations[next]);
    }
    return std::move(needed);
  }

private:
  void need(size_t declaration) {
    if (needed[declaration])
      return;
    needed[declaration] = true;
    work.push_back(declaration);
  }

  void visit(const Declaration &declaration) {
    for (size_t i = declaration.begin; i < declaration.end; ++i) {
      if (tokens[i].isNot(tok::identifier) || isMemberName(i))
        continue;
      auto found = byName.find(tokens[i].getIdentifierInfo());
      if (found != byName.end())
        for (size_t named : found->second)
          need(named);
    }
  }

  bool isMemberName(size_t i) const { return i > 0 && tokens[i - 1].isOneOf(tok::period, tok::arrow); }

  const std::vector<Token> &tokens;
  const std::vector<Declaration> &declarations;
  std::vector<bool> needed;
  std::vector<size_t> work;
  llvm::DenseMap<const clang::IdentifierInfo *, llvm::SmallVector<size_t, 1>> byName;
};

} // namespace

static Token semicolonAt(const Token &brace) {
  Token semicolon;
  semicolon.startToken();
  semicolon.setKind(tok::semi);
  semicolon.setLocation(brace.getLocation());
  semicolon.setLength(1);
  return semicolon;
}

PrunedTokens pruneUnusedInlines(std::vector<Token> tokens) {
  assert(!tokens.empty() && tokens.back().is(tok::eof) && "a unit ends with its eof");
  std::vector<Declaration> declarations = DeclarationReader(tokens).readAll();
  std::vector<bool> needed = Reachability(tokens, declarations).compute();
  PrunedTokens result;
  size_t kept = 0;
  auto keep = [&](size_t from, size_t to) { kept = std::copy(&tokens[from], &tokens[to], &tokens[kept]) - &tokens[0]; };
  for (size_t i = 0; i < declarations.size(); ++i) {
    const Declaration &declaration = declarations[i];
    bool remove = declaration.isRemovable() && !needed[i];
    Token semicolon = semicolonAt(tokens[declaration.body]);
    keep(declaration.begin, remove ? declaration.body : declaration.end);
    if (!remove)
      continue;
    tokens[kept++] = semicolon;
    result.removed.push_back(declaration.name);
  }
  tokens[kept++] = tokens.back();
  tokens.resize(kept);
  result.tokens = std::move(tokens);
  return result;
}

} // namespace kmem
