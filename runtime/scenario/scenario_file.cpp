#include "runtime/scenario/scenario_file.h"

#include "runtime/scenario/comparison.h"
#include "runtime/scenario/contexts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

namespace kmem::sim {

namespace {

constexpr Argument machineArguments[] = {
    {"profile", ArgumentKind::Text, "", false}, {"memory", ArgumentKind::Size, "", false},
    {"cpus", ArgumentKind::Size, "", false},    {"nodes", ArgumentKind::Size, "", false},
    {"seed", ArgumentKind::Size, "", false},    {"warn_once", ArgumentKind::Flag, "", false},
};

/// The closest known operation, when it is close.
std::string suggestion(llvm::StringRef wrong) {
  constexpr unsigned farthest = 3;
  unsigned best = farthest + 1;
  llvm::StringRef name;
  for (const OperationFamily &family : operationFamilies())
    for (const Operation &operation : family.operations)
      if (const unsigned distance = wrong.edit_distance(operation.name, true, farthest); distance < best) {
        best = distance;
        name = operation.name;
      }
  return name.empty() ? "" : ("; did you mean '" + name + "'?").str();
}

class Parser {
public:
  Parser(Scenario &scenario, Problems &problems) : scenario(scenario), problems(problems) {}

  void parseLine(unsigned number, llvm::StringRef text);

private:
  void complain(const llvm::Twine &what) {
    problems.push_back((scenario.path + ":" + llvm::Twine(line) + ": " + what).str());
  }
  void parseMachine(const Record &object);
  void setMachine(const std::map<std::string, ParsedArgument> &values);
  void parseStep(Record object, const Operation &operation);
  void checkKeys(const Record &object, llvm::ArrayRef<llvm::StringRef> allowed);
  std::map<std::string, ParsedArgument> parseArguments(const Record &written, llvm::ArrayRef<Argument> schema,
                                                       llvm::StringRef operation);
  void parseContexts(const Record &object, ScenarioStep &step);
  void parseName(const Record &object, ScenarioStep &step);
  void followContexts(const ScenarioStep &step);

  Scenario &scenario;
  Problems &problems;
  unsigned line = 0;
  bool any = false; ///< a line was read
  KnownNames known;
  std::vector<std::string> entered; ///< contexts, innermost last
};

void Parser::checkKeys(const Record &object, llvm::ArrayRef<llvm::StringRef> allowed) {
  for (const auto &entry : object)
    if (!llvm::is_contained(allowed, entry.first.str()))
      complain("unknown key '" + llvm::StringRef(entry.first) + "'; there are " + llvm::join(allowed, ", "));
}

std::map<std::string, ParsedArgument> Parser::parseArguments(const Record &written, llvm::ArrayRef<Argument> schema,
                                                             llvm::StringRef operation) {
  std::map<std::string, ParsedArgument> parsed;
  for (const auto &entry : written) {
    const llvm::StringRef name = entry.first;
    const auto *argument = llvm::find_if(schema, [&](const Argument &a) { return a.name == name; });
    if (argument == schema.end()) {
      complain(operation + " has no argument '" + name + "'");
      continue;
    }
    auto value = parseArgument(*argument, entry.second, known, scenario.profile.gfp);
    if (value)
      parsed.emplace(name.str(), std::move(*value));
    else
      complain(llvm::toString(value.takeError()));
  }
  for (const Argument &argument : schema)
    if (argument.required && !written.get(argument.name))
      complain(operation + " needs the argument '" + argument.name + "'");
  return parsed;
}

void Parser::setMachine(const std::map<std::string, ParsedArgument> &values) {
  auto number = [&](const char *name, uint64_t absent) {
    const auto found = values.find(name);
    return found == values.end() ? absent : found->second.number;
  };
  if (const auto name = values.find("profile"); name != values.end()) {
    const auto profile = profileNamed(name->second.text);
    if (!profile)
      return complain("unknown profile '" + name->second.text + "'; there are " + llvm::join(profileTags(), ", ") +
                      ", with -FZPU for slub_debug and -512M for memory behind");
    scenario.profile = *profile;
  }
  Profile &profile = scenario.profile;
  profile.memoryBytes = number("memory", profile.memoryBytes);
  profile.cpus = unsigned(std::min<uint64_t>(number("cpus", profile.cpus), UINT32_MAX));
  profile.nodes = unsigned(std::min<uint64_t>(number("nodes", profile.nodes), UINT32_MAX));
  scenario.seed = number("seed", 0);
  scenario.warnOnce = number("warn_once", false);
  settle(profile);
  if (const std::string problem = problemWith(profile); !problem.empty())
    complain(problem);
}

void Parser::parseMachine(const Record &object) {
  if (any)
    return complain("the machine is described in the first line or not at all");
  Record arguments = object;
  arguments.erase("op");
  arguments.erase("comment");
  setMachine(parseArguments(arguments, machineArguments, "machine"));
}

void Parser::parseContexts(const Record &object, ScenarioStep &step) {
  const llvm::json::Value *in = object.get("in");
  if (!in)
    return;
  llvm::json::Array single;
  const llvm::json::Array *list = in->getAsArray();
  if (!list) {
    single.push_back(*in);
    list = &single;
  }
  for (const llvm::json::Value &item : *list)
    if (const auto name = item.getAsString(); name && contextNamed(*name))
      step.contexts.push_back(name->str());
    else
      complain("in: unknown context " + render(&item) + "; there are " + contextNames());
}

void Parser::parseName(const Record &object, ScenarioStep &step) {
  const llvm::json::Value *as = object.get("as");
  if (!as)
    return;
  const auto name = as->getAsString();
  const auto isNamePart = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; };
  if (!name || name->empty() || !llvm::isAlpha(name->front()) || !llvm::all_of(*name, isNamePart))
    return complain("as: expected a name of letters, digits, '_' and '.', not " + render(as));
  if (step.operation->produces == ValueKind::None)
    return complain("as: " + step.operation->name + " gives nothing that could have a name");
  step.as = name->str();
  known[step.as] = step.operation->produces;
}

/// enter and leave must pair, innermost first.
void Parser::followContexts(const ScenarioStep &step) {
  const auto context = step.arguments.find("ctx");
  if (context == step.arguments.end())
    return;
  const std::string &name = context->second.text;
  if (step.operation->name == "enter") {
    entered.push_back(name);
  } else if (step.operation->name == "leave") {
    if (!entered.empty() && entered.back() == name)
      entered.pop_back();
    else
      complain("leave: the innermost context that was entered is " +
               (entered.empty() ? "none" : "'" + entered.back() + "'") + ", not '" + name + "'");
  }
}

void Parser::parseStep(Record object, const Operation &operation) {
  checkKeys(object, {"op", "args", "as", "in", "expect", "comment"});
  ScenarioStep step{line, &operation, {}, {}, "", {}, {}};
  if (const llvm::json::Value *args = object.get("args")) {
    if (const Record *written = args->getAsObject())
      step.written = *written;
    else
      complain("args: expected an object, not " + render(args));
  }
  if (const llvm::json::Value *expect = object.get("expect")) {
    if (const Record *fields = expect->getAsObject())
      step.expect = *fields;
    else
      complain("expect: expected an object, not " + render(expect));
  }
  step.arguments = parseArguments(step.written, operation.arguments, operation.name);
  parseContexts(object, step);
  parseName(object, step);
  followContexts(step);
  scenario.steps.push_back(std::move(step));
}

void Parser::parseLine(unsigned number, llvm::StringRef text) {
  line = number;
  auto value = llvm::json::parse(text);
  if (!value) {
    any = true;
    return complain(llvm::toString(value.takeError()));
  }
  Record *object = value->getAsObject();
  const auto op = object ? object->getString("op") : std::nullopt;
  if (!op)
    complain("expected an object with an \"op\"");
  else if (*op == "machine")
    parseMachine(*object);
  else if (const Operation *operation = operationNamed(*op))
    parseStep(std::move(*object), *operation);
  else
    complain("unknown operation '" + *op + "'" + suggestion(*op));
  any = true;
}

} // namespace

std::optional<Scenario> parseScenario(llvm::StringRef text, llvm::StringRef path, Problems &problems) {
  Scenario scenario{path.str(), *profileNamed(std::string_view(defaultProfile)), 0, false, {}};
  const size_t before = problems.size();
  Parser parser(scenario, problems);
  const auto buffer = llvm::MemoryBuffer::getMemBufferCopy(text);
  for (llvm::line_iterator line(*buffer, /*SkipBlanks=*/true, '#'); !line.is_at_eof(); ++line)
    parser.parseLine(unsigned(line.line_number()), *line);
  if (scenario.steps.empty() && problems.size() == before)
    problems.push_back(path.str() + ": no step to run");
  if (problems.size() != before)
    return std::nullopt;
  return scenario;
}

std::optional<Scenario> readScenario(llvm::StringRef path, Problems &problems) {
  const auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (buffer)
    return parseScenario((*buffer)->getBuffer(), path, problems);
  problems.push_back((path + ": " + buffer.getError().message()).str());
  return std::nullopt;
}

} // namespace kmem::sim
