#include "runtime/exec/solver.h"

#include <algorithm>
#include <z3++.h>

namespace kmem::replay {

/// Terms as Z3's, each translated once. Conditions are bit-vectors of one bit there, too.
class Solver::Translation {
public:
  explicit Translation(const TermPool &pool) : pool(pool) {}

  z3::context context;

  z3::expr of(TermRef root) {
    visitPartsFirst(
        pool, root, [&](TermRef term) { return done.contains(term); },
        [&](TermRef term) { done.emplace(term, build(pool[term])); });
    return done.at(root);
  }
  z3::expr condition(TermRef term) { return of(term) == context.bv_val(1, 1); }
  z3::expr variable(unsigned number) { return of(pool.termOf(number)); }

private:
  z3::expr bit(const z3::expr &condition) { return z3::ite(condition, context.bv_val(1, 1), context.bv_val(0, 1)); }
  z3::expr build(const Term &term) {
    auto part = [&](TermRef t) { return done.at(t); };
    switch (term.op) {
    case Op::Constant:
      return context.bv_val(term.value, term.width);
    case Op::Variable:
      return context.bv_const(("v" + std::to_string(term.value)).c_str(), term.width);
    case Op::Add:
      return part(term.a) + part(term.b);
    case Op::Sub:
      return part(term.a) - part(term.b);
    case Op::Mul:
      return part(term.a) * part(term.b);
    case Op::UDiv:
      return z3::udiv(part(term.a), part(term.b));
    case Op::SDiv:
      return part(term.a) / part(term.b);
    case Op::URem:
      return z3::urem(part(term.a), part(term.b));
    case Op::SRem:
      return z3::srem(part(term.a), part(term.b));
    case Op::And:
      return part(term.a) & part(term.b);
    case Op::Or:
      return part(term.a) | part(term.b);
    case Op::Xor:
      return part(term.a) ^ part(term.b);
    case Op::Shl:
      return z3::shl(part(term.a), part(term.b));
    case Op::LShr:
      return z3::lshr(part(term.a), part(term.b));
    case Op::AShr:
      return z3::ashr(part(term.a), part(term.b));
    case Op::Eq:
      return bit(part(term.a) == part(term.b));
    case Op::Ult:
      return bit(z3::ult(part(term.a), part(term.b)));
    case Op::Ule:
      return bit(z3::ule(part(term.a), part(term.b)));
    case Op::Slt:
      return bit(part(term.a) < part(term.b));
    case Op::Sle:
      return bit(part(term.a) <= part(term.b));
    case Op::Ite:
      return z3::ite(part(term.a) == context.bv_val(1, 1), part(term.b), part(term.c));
    case Op::Concat:
      return z3::concat(part(term.a), part(term.b));
    case Op::Extract:
      return part(term.a).extract(unsigned(term.value) + term.width - 1, unsigned(term.value));
    case Op::ZExt:
      return z3::zext(part(term.a), term.width - pool[term.a].width);
    case Op::SExt:
      return z3::sext(part(term.a), term.width - pool[term.a].width);
    }
    __builtin_unreachable();
  }

  const TermPool &pool;
  std::unordered_map<TermRef, z3::expr> done;
};

Solver::Solver(TermPool &pool, SolverLimits limits)
    : pool(pool), limits(limits), translation(std::make_unique<Translation>(pool)) {}
Solver::~Solver() = default;

bool Solver::holds(std::span<const TermRef> conjunction, const Assignment &model) {
  evaluation.use(model);
  return std::ranges::all_of(conjunction, [&](TermRef term) { return evaluation.valueOf(term) != 0; });
}

void Solver::remember(const Assignment &model) {
  models.push_front(model);
  if (models.size() > limits.rememberedModels)
    models.pop_back();
}

/// `query` and, over shared variables, all that could contradict it; sorted.
std::vector<TermRef> Solver::touching(std::span<const TermRef> constraints, TermRef query,
                                      std::span<const TermRef> fixed) {
  std::vector<bool> reached(pool.variableCount());
  auto isFixed = [&](uint32_t variable) { return variable < fixed.size() && fixed[variable] != noTerm; };
  std::vector<TermRef> equalities;
  auto reach = [&](TermRef term) {
    for (uint32_t variable : pool.variablesIn(term))
      if (isFixed(variable))
        equalities.push_back(fixed[variable]);
      else
        reached[variable] = true;
  };
  auto touches = [&](TermRef term) {
    return std::ranges::any_of(pool.variablesIn(term), [&](uint32_t v) { return reached[v]; });
  };
  std::vector<TermRef> chosen{query}, rest(constraints.begin(), constraints.end());
  reach(query);
  for (bool grew = true; grew;) {
    grew = false;
    std::erase_if(rest, [&](TermRef term) {
      if (!touches(term))
        return false;
      chosen.push_back(term);
      reach(term);
      return grew = true;
    });
  }
  chosen.insert(chosen.end(), equalities.begin(), equalities.end());
  std::ranges::sort(chosen);
  chosen.erase(std::ranges::unique(chosen).begin(), chosen.end());
  return chosen;
}

unsigned Solver::millisecondsLeft() const {
  if (!end)
    return limits.queryTimeoutMs;
  const double left = double(*end - std::clock()) * 1000 / CLOCKS_PER_SEC;
  return unsigned(std::clamp(left, 1.0, double(limits.queryTimeoutMs)));
}

const Solver::Known &Solver::ask(std::vector<TermRef> conjunction) {
  ++statistics.asked;
  if (auto it = answers.find(conjunction); it != answers.end()) {
    ++statistics.byCache;
    return it->second;
  }
  for (const Assignment &model : models)
    if (holds(conjunction, model)) {
      ++statistics.byModel;
      return answers[std::move(conjunction)] = {Answer::Satisfiable, model};
    }
  z3::solver solver(translation->context, "QF_BV");
  z3::params parameters(translation->context);
  parameters.set("timeout", millisecondsLeft());
  solver.set(parameters);
  for (TermRef term : conjunction)
    solver.add(translation->condition(term));
  Known known{Answer::Unknown, {}};
  ++statistics.solved;
  switch (solver.check()) {
  case z3::unsat:
    known.answer = Answer::Unsatisfiable;
    break;
  case z3::unknown:
    ++statistics.unknown;
    break;
  case z3::sat: {
    known.answer = Answer::Satisfiable;
    const z3::model model = solver.get_model();
    for (TermRef term : conjunction)
      for (uint32_t variable : pool.variablesIn(term))
        known.model.set(variable, model.eval(translation->variable(variable), true).get_numeral_uint64());
    remember(known.model);
    break;
  }
  }
  return answers[std::move(conjunction)] = std::move(known);
}

const Solver::Known &Solver::ask(std::vector<TermRef> conjunction, TermRef query, const Assignment &values) {
  if (answers.contains(conjunction) || !guesses.areHard(conjunction))
    return ask(std::move(conjunction));
  const std::optional<Assignment> guessed = guesses.find(conjunction, query, values);
  if (!guessed)
    return ask(std::move(conjunction));
  ++statistics.asked;
  ++statistics.guessed;
  remember(*guessed);
  return answers[std::move(conjunction)] = {Answer::Satisfiable, *guessed};
}

Answer Solver::canBe(std::span<const TermRef> constraints, TermRef query) {
  if (pool.isConstant(query))
    return pool.isTrue(query) ? Answer::Satisfiable : Answer::Unsatisfiable;
  return ask(touching(constraints, query)).answer;
}

Answer Solver::extend(std::span<const TermRef> constraints, TermRef query, std::span<const TermRef> fixed,
                      Assignment &values) {
  if (pool.isConstant(query))
    return pool.isTrue(query) ? Answer::Satisfiable : Answer::Unsatisfiable;
  const std::vector<TermRef> conjunction = touching(constraints, query, fixed);
  const Known &known = ask(conjunction, query, values);
  if (known.answer == Answer::Satisfiable)
    for (TermRef term : conjunction)
      for (uint32_t variable : pool.variablesIn(term))
        values.set(variable, known.model[variable]);
  return known.answer;
}

Answer Solver::solve(std::span<const TermRef> constraints, const Assignment &preferred, Assignment &model) {
  model = preferred;
  std::vector<TermRef> open(constraints.begin(), constraints.end());
  for (TermRef term : open)
    if (pool.isFalse(term))
      return Answer::Unsatisfiable;
  // One independent group after another; a group that `preferred` satisfies stays as it is.
  while (!open.empty()) {
    const std::vector<TermRef> group = touching(open, open.front());
    std::erase_if(open, [&](TermRef term) { return std::ranges::binary_search(group, term); });
    if (holds(group, preferred))
      continue;
    const Known &known = ask(group);
    if (known.answer != Answer::Satisfiable)
      return known.answer;
    for (TermRef term : group)
      for (uint32_t variable : pool.variablesIn(term))
        model.set(variable, known.model[variable]);
  }
  return Answer::Satisfiable;
}

} // namespace kmem::replay
