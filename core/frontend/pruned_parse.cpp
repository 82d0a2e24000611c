#include "core/frontend/pruned_parse.h"

#include "core/frontend/inline_pruning.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Parse/Parser.h"
#include "clang/Sema/EnterExpressionEvaluationContext.h"

namespace kmem {

/// More than most kernel units have. What is not written to costs address space only; moving tokens costs time.
static constexpr size_t usualTokenCount = 1 << 21;

/// All tokens of the unit, of which the parser has already taken the first.
static std::vector<clang::Token> preprocess(clang::Preprocessor &preprocessor, const clang::Token &first) {
  std::vector<clang::Token> tokens;
  tokens.reserve(usualTokenCount);
  tokens.push_back(first);
  while (tokens.back().isNot(clang::tok::eof)) {
    tokens.emplace_back();
    preprocessor.Lex(tokens.back());
  }
  return tokens;
}

static void parseAll(clang::Parser &parser, clang::Sema &sema) {
  clang::EnterExpressionEvaluationContext evaluated(sema,
                                                    clang::Sema::ExpressionEvaluationContext::PotentiallyEvaluated);
  clang::ASTConsumer &consumer = sema.getASTConsumer();
  clang::Parser::DeclGroupPtrTy group;
  clang::Sema::ModuleImportState imports;
  for (bool atEnd = parser.ParseFirstTopLevelDecl(group, imports); !atEnd;
       atEnd = parser.ParseTopLevelDecl(group, imports))
    if (group && !consumer.HandleTopLevelDecl(group.get()))
      return;
  for (clang::Decl *weak : sema.WeakTopLevelDecls())
    consumer.HandleTopLevelDecl(clang::DeclGroupRef(weak));
  consumer.HandleTranslationUnit(sema.getASTContext());
}

std::vector<const clang::IdentifierInfo *> parsePruned(clang::Sema &sema) {
  clang::Preprocessor &preprocessor = sema.getPreprocessor();
  // The parser comes first: its pragma handlers turn pragmas into tokens that keep their place in the stream, and
  // comments and file changes are told to Sema while the text is read, which needs the unit's scope.
  clang::Parser parser(preprocessor, sema, /*SkipFunctionBodies=*/false);
  preprocessor.EnterMainSourceFile();
  parser.Initialize();
  PrunedTokens unit = pruneUnusedInlines(preprocess(preprocessor, parser.getCurToken()));
  preprocessor.EnterTokenStream(llvm::ArrayRef(unit.tokens).drop_front(), /*DisableMacroExpansion=*/true,
                                /*IsReinject=*/true);
  parseAll(parser, sema);
  return std::move(unit.removed);
}

} // namespace kmem
