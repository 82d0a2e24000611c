#include "rules/lib/yaml_function_row.h"

#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace kmem;
using namespace kmem::rules;
using llvm::yaml::IO;

LLVM_YAML_IS_SEQUENCE_VECTOR(FieldRule::ParamSource)
LLVM_YAML_IS_SEQUENCE_VECTOR(GfpRestriction)
LLVM_YAML_IS_SEQUENCE_VECTOR(FieldRow)
LLVM_YAML_IS_SEQUENCE_VECTOR(ValueRow)
LLVM_YAML_IS_SEQUENCE_VECTOR(FamilyRow)
LLVM_YAML_IS_SEQUENCE_VECTOR(RestrictionSetRow)
LLVM_YAML_IS_SEQUENCE_VECTOR(CheckRow)

namespace llvm::yaml {

template <> struct MappingTraits<FieldRule::ParamSource> {
  static void mapping(IO &io, FieldRule::ParamSource &source) {
    io.mapRequired("param", source.param);
    io.mapRequired("kind", source.kind);
    io.mapOptional("pointee", source.pointee, false);
    io.mapOptional("at_most", source.atMost);
  }
};

template <> struct MappingTraits<GfpRestriction> {
  static void mapping(IO &io, GfpRestriction &restriction) {
    mapList(io, "all_of", restriction.allOf);
    mapList(io, "none_of", restriction.noneOf);
    io.mapOptional("min_order", restriction.minOrder, 0);
    io.mapRequired("why", restriction.why);
  }
};

template <> struct MappingTraits<FieldRow> {
  static void mapping(IO &io, FieldRow &row) {
    mapList(io, "name", row.names);
    io.mapOptional("when", row.when);
    io.mapOptional("callback", row.rule.callback, false);
    row.rule.runsIn = mapContext(io, "runs_in");
    row.rule.callback |= !row.rule.runsIn.empty();
    io.mapOptional("varies", row.rule.varies, false);
    mapRecords(io, "param_sources", row.rule.paramSources);
    io.mapOptional("source", row.rule.source);
    if (row.names.empty())
      io.setError("missing required key 'name'");
  }
};

template <> struct MappingTraits<ValueRow> {
  static void mapping(IO &io, ValueRow &row) {
    mapList(io, "name", row.names);
    io.mapOptional("expression", row.rule.expression);
    io.mapOptional("gfp_flag", row.rule.gfpFlag, false);
    io.mapOptional("when", row.rule.when);
    if (row.names.empty())
      io.setError("missing required key 'name'");
  }
};

template <> struct MappingTraits<FamilyRow> {
  static void mapping(IO &io, FamilyRow &row) {
    io.mapRequired("name", row.name);
    io.mapRequired("description", row.rule.description);
    io.mapOptional("release", row.rule.release);
    io.mapOptional("virtually_mapped", row.rule.virtuallyMapped, false);
    mapList(io, "covers", row.rule.covers);
  }
};

template <> struct MappingTraits<RestrictionSetRow> {
  static void mapping(IO &io, RestrictionSetRow &row) {
    io.mapRequired("name", row.name);
    mapRecords(io, "refuses", row.refuses);
  }
};

template <> struct MappingTraits<CheckRow> {
  static void mapping(IO &io, CheckRow &row) {
    io.mapRequired("id", row.id);
    io.mapRequired("severity", row.rule.severity);
    io.mapRequired("summary", row.rule.summary);
    io.mapRequired("explanation", row.rule.explanation);
    io.mapRequired("bad", row.rule.bad);
    io.mapRequired("good", row.rule.good);
  }
};

template <> struct MappingTraits<RuleFile> {
  static void mapping(IO &io, RuleFile &file) {
    io.mapOptional("functions", file.functions);
    io.mapOptional("replay_functions", file.replayFunctions);
    io.mapOptional("fields", file.fields);
    io.mapOptional("values", file.values);
    io.mapOptional("families", file.families);
    io.mapOptional("gfp_restrictions", file.restrictionSets);
    mapRecords(io, "checks", file.checks);
    mapList(io, "probe_headers", file.probeHeaders);
  }
};

} // namespace llvm::yaml

/// Keeps the first diagnostic: the others follow from it.
static void keepFirst(const llvm::SMDiagnostic &diagnostic, void *where) {
  auto &text = *static_cast<std::string *>(where);
  if (text.empty())
    text =
        (diagnostic.getFilename() + ":" + llvm::Twine(diagnostic.getLineNo()) + ": " + diagnostic.getMessage()).str();
}

/// YAMLIO takes `key:` without a value for an absent key and would crash on it where a list is also possible.
static bool hasEmptyValue(llvm::yaml::Node *node, llvm::yaml::Stream &stream) {
  if (auto *sequence = llvm::dyn_cast<llvm::yaml::SequenceNode>(node)) {
    for (llvm::yaml::Node &item : *sequence)
      if (hasEmptyValue(&item, stream))
        return true;
    return false;
  }
  if (auto *mapping = llvm::dyn_cast<llvm::yaml::MappingNode>(node)) {
    for (llvm::yaml::KeyValueNode &pair : *mapping)
      if (!pair.getKey() || !pair.getValue() || hasEmptyValue(pair.getValue(), stream))
        return true;
    return false;
  }
  if (!llvm::isa<llvm::yaml::NullNode>(node))
    return false;
  stream.printError(node, "empty value");
  return true;
}

static void checkShape(llvm::MemoryBufferRef text, std::string &problem) {
  llvm::SourceMgr sources;
  sources.setDiagHandler(keepFirst, &problem);
  llvm::yaml::Stream stream(text, sources, /*ShowColors=*/false);
  for (llvm::yaml::Document &document : stream) {
    llvm::yaml::Node *root = document.getRoot();
    // A stream that has failed does not reach its end.
    if (!root || hasEmptyValue(root, stream) || !problem.empty())
      return;
  }
}

llvm::Expected<RuleFile> rules::parseRuleFile(llvm::MemoryBufferRef text, llvm::StringRef file) {
  std::string problem;
  llvm::MemoryBufferRef named(text.getBuffer(), file);
  checkShape(named, problem);
  RuleFile result;
  if (problem.empty()) {
    ReadState state{text.getBuffer()};
    llvm::yaml::Input input(named, &state, keepFirst, &problem);
    input >> result;
    if (problem.empty() && input.error())
      problem = (file + ":1: " + input.error().message()).str();
  }
  if (!problem.empty())
    return llvm::createStringError(llvm::inconvertibleErrorCode(), problem);
  result.file = file.str();
  return result;
}
