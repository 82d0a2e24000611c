#include "checker/driver/options.h"

#include "checker/driver/command_line.h"
#include "checker/driver/config_file.h"
#include "core/support/paths.h"
#include "rules/lib/rules.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

#include <thread>

namespace kmem {

namespace {

constexpr llvm::StringLiteral allChecksGlob("*");

std::string currentDirectory() {
  llvm::SmallString<256> path;
  llvm::sys::fs::current_path(path);
  return std::string(path);
}

/// Where the search for a configuration file starts: where the first path is, or here.
std::string configStart(const CommandLine &line) {
  std::string here = currentDirectory();
  if (line.paths.empty())
    return here;
  std::string path = absolutePath(line.paths.front(), here);
  if (llvm::sys::fs::is_directory(path))
    return path;
  return llvm::sys::fs::exists(path) ? llvm::sys::path::parent_path(path).str() : here;
}

llvm::Expected<std::optional<Severity>> parseFailOn(llvm::StringRef text) {
  if (text == "never")
    return std::nullopt;
  for (Severity severity : {Severity::Note, Severity::Warning, Severity::Error})
    if (text == toString(severity))
      return severity;
  return llvm::createStringError("--fail-on: expected note, warning, error or never, not '" + text + "'");
}

llvm::Expected<std::optional<bool>> parseColor(llvm::StringRef text) {
  if (text.empty() || text == "auto")
    return std::nullopt;
  if (text == "true" || text == "1" || text == "always")
    return true;
  if (text == "false" || text == "0" || text == "never")
    return false;
  return llvm::createStringError("--use-color: expected true or false, not '" + text + "'");
}

llvm::Error prefixed(llvm::StringRef option, llvm::Error error) {
  return llvm::createStringError(option + ": " + llvm::toString(std::move(error)));
}

/// Stores the value, or keeps the first error.
template <typename T> void take(llvm::Error &first, llvm::StringRef option, llvm::Expected<T> value, T &place) {
  if (value)
    place = std::move(*value);
  else if (first)
    llvm::consumeError(value.takeError());
  else
    first = option.empty() ? value.takeError() : prefixed(option, value.takeError());
}

void setAction(const CommandLine &line, Options &options, llvm::Error &error) {
  if (line.listChecks)
    options.action = Action::ListChecks;
  if (line.listRules)
    options.action = Action::ListRules;
  if (line.verifyRules)
    options.action = Action::VerifyRules;
  if (!line.explain.empty()) {
    options.action = Action::ExplainCheck;
    options.subject = line.explain;
  }
  if (line.dump.empty())
    return;
  options.action = Action::Dump;
  if (auto stage = parseDumpStage(line.dump))
    options.stage = *stage;
  else if (!error)
    error = llvm::createStringError("--dump: unknown stage '" + line.dump + "'; there are " + dumpStageNames());
}

void setChoices(const CommandLine &line, const ConfigFile &config, Options &options, llvm::Error &error) {
  auto withConfig = [](const std::optional<std::string> &fromConfig, llvm::StringRef fallback, llvm::StringRef chosen) {
    return fromConfig.value_or(fallback.str()) + "," + chosen.str();
  };
  take(error, "--checks", GlobList::parse(withConfig(config.checks, allChecksGlob, line.checks)), options.checks);
  take(error, "--warnings-as-errors", GlobList::parse(withConfig(config.warningsAsErrors, "", line.warningsAsErrors)),
       options.warningsAsErrors);
  take(error, "--line-filter", LineFilter::parse(line.lineFilter), options.lineFilter);
  options.headerFilter = line.headerFilter.empty() ? config.headerFilter.value_or("") : line.headerFilter;
  std::string problem;
  if (!options.headerFilter.empty() && !llvm::Regex(options.headerFilter).isValid(problem) && !error)
    error = llvm::createStringError("--header-filter: " + problem);
  take(error, "", parseFailOn(line.failOn.empty() ? config.failOn.value_or("warning") : line.failOn), options.failOn);
}

} // namespace

llvm::Expected<Options> parseOptions(llvm::ArrayRef<const char *> argv) {
  auto line = parseCommandLine(argv);
  if (!line)
    return line.takeError();
  auto config = line->configFile.empty() ? findConfig(configStart(*line)) : readConfigFile(line->configFile);
  if (!config)
    return config.takeError();

  Options options;
  llvm::Error error = llvm::Error::success();
  setAction(*line, options, error);
  setChoices(*line, *config, options, error);
  take(error, "", parseReportTargets(line->reports), options.reports);
  take(error, "", parseColor(line->useColor), options.color);
  if (line->onlyConfirmed && !line->replay && !error)
    error = llvm::createStringError("--only-confirmed needs --replay: nothing else confirms a finding");
  options.suspect = line->suspect;
  options.replay = line->replay;
  options.onlyConfirmed = line->onlyConfirmed;
  options.databasePath = line->databasePath;
  options.fixedFlags = line->fixedFlags;
  options.paths = line->paths;
  options.onlyThese = line->onlyThese;
  options.extraArguments = config->extraArguments;
  options.extraArguments.insert(options.extraArguments.end(), line->extraArguments.begin(), line->extraArguments.end());
  options.sourceRoot = line->sourceRoot.empty() ? "" : absolutePath(line->sourceRoot, currentDirectory());
  options.rulesDirectory = line->rulesDirectory.empty() ? rules::defaultRulesDirectory(argv[0]) : line->rulesDirectory;
  options.cacheDirectory = line->cacheDirectory;
  options.jobs = line->jobs ? line->jobs : std::max(1u, std::thread::hardware_concurrency());
  options.quiet = line->quiet;
  if (error)
    return std::move(error);
  return options;
}

} // namespace kmem
