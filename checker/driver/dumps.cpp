#include "checker/driver/dumps.h"

#include "checker/driver/pipeline.h"
#include "checker/driver/rule_text.h"
#include "checker/summary/serialize.h"
#include "core/frontend/kernel_module.h"
#include "core/report/report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

namespace kmem {

static void dumpUnits(const Options &options, const Tree &tree) {
  for (const TranslationUnit &unit : tree.units) {
    llvm::outs() << "unit " << tree.name(unit) << "\n  directory " << unit.directory << "\n  arguments "
                 << llvm::join(adaptArguments(unit, options.extraArguments), " ") << "\n";
  }
}

static void dumpIr(const Options &options, const Tree &tree) {
  for (const TranslationUnit &unit : tree.units) {
    llvm::outs() << "; unit " << tree.name(unit) << "\n";
    auto module =
        compileUnit({unit.directory, unit.file, adaptArguments(unit, options.extraArguments)}, {tree.sourceRoot});
    if (module)
      module->module->print(llvm::outs(), nullptr);
    else
      llvm::outs() << "; failed: " << llvm::toString(module.takeError()) << "\n";
  }
}

bool dumpBeforeSummaries(const Options &options, const Tree &tree, const rules::RuleSet &rules) {
  switch (options.stage) {
  case DumpStage::CompileDatabase:
    dumpUnits(options, tree);
    return true;
  case DumpStage::Rules:
    printRules(rules, llvm::outs());
    return true;
  case DumpStage::Ir:
    dumpIr(options, tree);
    return true;
  default:
    return false;
  }
}

int dumpSummaries(llvm::ArrayRef<UnitResult> results, const store::SummaryCache &cache, Console &console) {
  int code = Clean;
  for (const UnitResult &result : results) {
    if (!result.summary) {
      console.warning(result.failure);
      code = UnitFailed;
      continue;
    }
    auto bytes = cache.read(*result.summary);
    auto unit = bytes ? summary::deserialize((*bytes)->getBuffer()) : bytes.takeError();
    if (unit) {
      summary::dump(*unit, llvm::outs());
      continue;
    }
    console.warning(llvm::toString(unit.takeError()));
    code = UnitFailed;
  }
  return code;
}

int dumpValues(const link::ValueTable &values) {
  std::map<llvm::StringRef, int64_t> sorted;
  for (const auto &entry : values)
    sorted[entry.getKey()] = entry.getValue();
  for (const auto &[name, value] : sorted)
    llvm::outs() << name << " = " << value << " (0x" << llvm::utohexstr(uint64_t(value), true) << ")\n";
  return Clean;
}

int dumpProgram(const link::Program &program) {
  link::dump(program, llvm::outs());
  return Clean;
}

int dumpFindings(std::vector<Finding> findings) {
  llvm::sort(findings, reportOrder);
  findReportFormat("jsonl")->write(findings, {}, llvm::outs());
  return Clean;
}

} // namespace kmem
