#include "runtime/driver/commands.h"

#include "runtime/driver/progress.h"
#include "runtime/scenario/conform.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <map>
#include <thread>

namespace kmem::sim {

namespace {

std::vector<Agreement> runAll(const std::vector<TruthFile> &files, const CommandLine &line) {
  std::vector<Agreement> results(files.size());
  std::atomic<size_t> next = 0;
  Progress progress(files.size(), line.quiet);
  auto work = [&] {
    for (size_t i = next++; i < files.size(); i = next++) {
      results[i] = conform(files[i]);
      progress.finished(llvm::sys::path::stem(files[i].path));
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < line.jobs && i < files.size(); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
  return results;
}

void printDisagreement(const Agreement &agreement, const Disagreement &disagreement) {
  llvm::outs() << agreement.path << ":" << disagreement.line << ": " << disagreement.label << "\n";
  for (const Difference &difference : disagreement.differences)
    llvm::outs() << "  " << difference.field << "\n    kernel    " << difference.expected << "\n    simulated "
                 << difference.actual << "\n";
}

/// At most so many; how many were left out is said.
void printDifferences(const std::vector<Agreement> &results, unsigned atMost) {
  size_t shown = 0, all = 0;
  for (const Agreement &agreement : results) {
    if (!agreement.problem.empty())
      llvm::outs() << agreement.path << ": " << agreement.problem << "\n";
    for (const Disagreement &disagreement : agreement.disagreements)
      if (++all <= atMost) {
        printDisagreement(agreement, disagreement);
        ++shown;
      }
  }
  if (all > shown)
    llvm::outs() << "... and " << all - shown << " more records that differ (--max-differences=" << all
                 << " shows all)\n";
}

constexpr llvm::StringLiteral totalName("total");

struct Sum {
  uint64_t agreed = 0, records = 0, notCompared = 0;
  void add(const Agreement &agreement) {
    agreed += agreement.agreed;
    records += agreement.records;
    notCompared += agreement.notCompared;
  }
  double percent() const { return records ? 100.0 * double(agreed) / double(records) : 100.0; }
};

void printSum(llvm::StringRef name, const Sum &sum) {
  llvm::outs() << name << " " << sum.agreed << "/" << sum.records << " " << llvm::format("%.2f%%", sum.percent());
  if (sum.notCompared && name != totalName)
    llvm::outs() << " (" << sum.notCompared << " not compared)";
  llvm::outs() << "\n";
}

/// Whether every group is at `require` or above.
bool printFigures(const std::vector<Agreement> &results, double require) {
  std::map<std::string, Sum> groups;
  Sum total;
  for (const Agreement &agreement : results) {
    Sum file;
    file.add(agreement);
    printSum(agreement.path, file);
    groups[agreement.group].add(agreement);
    total.add(agreement);
  }
  bool enough = true;
  for (const auto &[name, sum] : groups) {
    printSum("group " + name, sum);
    enough &= sum.percent() >= require;
  }
  printSum(totalName, total);
  return enough;
}

} // namespace

int runConform(const CommandLine &line) {
  std::vector<TruthFile> files;
  for (const std::string &path : line.files) {
    auto file = readTruthFile(path, line.profile);
    if (!file) {
      llvm::WithColor::error(llvm::errs(), "kmem-sim") << llvm::toString(file.takeError()) << "\n";
      return exitUsage;
    }
    files.push_back(std::move(*file));
  }
  const std::vector<Agreement> results = runAll(files, line);
  if (!line.quiet)
    printDifferences(results, line.maxDifferences);
  return printFigures(results, line.require) ? exitDone : exitBelow;
}

} // namespace kmem::sim
