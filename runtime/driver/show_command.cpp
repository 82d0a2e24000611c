#include "runtime/driver/commands.h"

#include "runtime/driver/load_scenario.h"
#include "runtime/scenario/picture.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

namespace kmem::sim {

namespace {

constexpr unsigned narrowest = 60, widest = 200, whenPiped = 100;

TextStyle styleFor(const CommandLine &line) {
  const bool onTerminal = llvm::sys::Process::StandardOutIsDisplayed();
  const unsigned columns = onTerminal ? llvm::sys::Process::StandardOutColumns() : 0;
  const unsigned width = line.width ? line.width : columns ? columns : whenPiped;
  return {std::clamp(width, narrowest, widest), onTerminal && llvm::sys::Process::StandardOutHasColors()};
}

int complain(const llvm::Twine &what) {
  llvm::WithColor::error(llvm::errs(), "kmem-sim") << what << "\n";
  return exitUsage;
}

/// "" or what went wrong.
std::string writeFile(llvm::StringRef path, llvm::StringRef content) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error, llvm::sys::fs::OF_Text);
  if (!error) {
    file << content;
    file.flush();
    error = file.error();
    file.clear_error();
  }
  return error ? (path + ": " + error.message()).str() : "";
}

} // namespace

int runShow(const CommandLine &line) {
  const auto parts = parsePictureParts(line.what);
  if (!parts)
    return complain("--what=" + line.what + ": there are names, zones, free, slabs, vmalloc, user");
  const std::optional<Scenario> scenario = loadScenario(line.files.front());
  if (!scenario)
    return exitUsage;
  ScenarioRun run(*scenario);
  run.run([](const Record &) {});
  const Picture picture = pictureOf(run, llvm::sys::path::stem(scenario->path));
  llvm::outs() << drawText(picture, *parts, styleFor(line));
  if (!line.svg.empty())
    if (const std::string problem = writeFile(line.svg, drawSvg(picture, *parts)); !problem.empty())
      return complain(problem);
  return exitDone;
}

} // namespace kmem::sim
