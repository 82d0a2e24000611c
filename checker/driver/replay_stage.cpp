#include "checker/driver/replay_stage.h"

#include "checker/driver/child_program.h"
#include "checker/driver/pipeline.h"
#include "core/finding/finding_json.h"
#include "core/finding/read_findings.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <csignal>

namespace kmem {

static constexpr llvm::StringLiteral programName("kmem-replay");

llvm::Expected<std::string> findReplayProgram() {
  llvm::SmallString<256> path(llvm::sys::path::parent_path(llvm::sys::fs::getMainExecutable(nullptr, nullptr)));
  llvm::sys::path::append(path, programName);
  if (!llvm::sys::fs::can_execute(path))
    return llvm::createStringError("--replay: there is no program " + path);
  return std::string(path);
}

/// The same tree, rules and compiler flags as this run.
static std::vector<std::string> argumentsFor(const Options &options, const Tree &tree, const std::string &findings,
                                             const std::string &verdicts) {
  std::vector<std::string> arguments = {"--source-root=" + tree.sourceRoot, "--rules=" + options.rulesDirectory,
                                        "-j" + std::to_string(options.jobs), "--report=jsonl=" + verdicts};
  for (const std::string &argument : options.extraArguments)
    arguments.push_back("--extra-arg=" + argument);
  if (tree.hasDatabase)
    arguments.insert(arguments.end(),
                     {"-p", options.databasePath.empty() ? tree.buildDirectory : options.databasePath});
  arguments.push_back(findings);
  if (!options.fixedFlags)
    return arguments;
  for (const TranslationUnit &unit : tree.units)
    arguments.push_back(unit.file);
  arguments.push_back("--");
  llvm::append_range(arguments, *options.fixedFlags);
  return arguments;
}

static llvm::Error write(llvm::ArrayRef<Finding> findings, const std::string &path) {
  std::error_code problem;
  llvm::raw_fd_ostream out(path, problem);
  for (const Finding &finding : findings)
    writeJsonLine(finding, out);
  out.close();
  if (problem || out.has_error())
    return llvm::createStringError("cannot write " + path + ": " + (problem ? problem : out.error()).message());
  return llvm::Error::success();
}

static llvm::Error failed(const llvm::Twine &how) {
  return llvm::createStringError("--replay: " + programName + " " + how);
}

static llvm::Error takeVerdicts(std::vector<Finding> &findings, const std::string &path) {
  auto judged = readFindings(path);
  if (!judged)
    return failed("gave no verdicts: " + llvm::toString(judged.takeError()));
  auto same = [](const Finding &a, const Finding &b) {
    return a.check == b.check && a.fingerprint == b.fingerprint && a.location == b.location;
  };
  if (!llvm::equal(findings, *judged, same))
    return failed("answered with other findings than it was given");
  for (auto [finding, answer] : llvm::zip_equal(findings, *judged))
    finding.verdict = std::move(answer.verdict);
  return llvm::Error::success();
}

/// What a finished kmem-replay may have said: that there are findings, or units it could not compile.
static bool isAnswer(int exitCode) { return exitCode == Clean || exitCode == Findings || exitCode == UnitFailed; }

static llvm::Expected<PoolEnd> run(const std::string &program, std::vector<Finding> &findings, const Options &options,
                                   const Tree &tree, llvm::StringRef folder) {
  std::string asked = (folder + "/findings.jsonl").str(), answered = (folder + "/verdicts.jsonl").str();
  if (llvm::Error error = write(findings, asked))
    return std::move(error);
  auto end = runChild(program, argumentsFor(options, tree, asked, answered));
  if (!end)
    return end.takeError();
  if (end->interrupted || end->signal == SIGINT || end->exitCode == Interrupted)
    return PoolEnd::Interrupted;
  if (end->signal)
    return failed("was ended by signal " + llvm::Twine(end->signal));
  if (!isAnswer(end->exitCode))
    return failed("failed with exit code " + llvm::Twine(end->exitCode));
  if (llvm::Error error = takeVerdicts(findings, answered))
    return std::move(error);
  return PoolEnd::Completed;
}

llvm::Expected<PoolEnd> replay(std::vector<Finding> &findings, const Options &options, const Tree &tree) {
  auto program = findReplayProgram();
  if (!program)
    return program.takeError();
  if (findings.empty())
    return PoolEnd::Completed;
  llvm::SmallString<128> folder;
  if (std::error_code problem = llvm::sys::fs::createUniqueDirectory("kmem-replay", folder))
    return llvm::createStringError("--replay: no temporary folder: " + problem.message());
  auto end = run(*program, findings, options, tree, folder);
  llvm::sys::fs::remove_directories(folder);
  return end;
}

void keepConfirmed(FilteredFindings &shown) {
  size_t before = shown.findings.size();
  llvm::erase_if(shown.findings, [](const Finding &finding) {
    return !finding.verdict || finding.verdict->result != Verdict::Result::Confirmed;
  });
  shown.notConfirmed = unsigned(before - shown.findings.size());
}

} // namespace kmem
