#include "tests/support/program_run.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>
#include <optional>

namespace kmem::test {

TemporaryDirectory::TemporaryDirectory() {
  llvm::SmallString<128> made;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("kmem-test", made))
    ADD_FAILURE() << "no temporary directory: " << error.message();
  llvm::SmallString<128> real;
  root = llvm::sys::fs::real_path(made, real) ? std::string(made) : std::string(real);
}

TemporaryDirectory::~TemporaryDirectory() { llvm::sys::fs::remove_directories(root); }

std::string TemporaryDirectory::path(llvm::StringRef name) const {
  llvm::SmallString<256> path(root);
  if (!name.empty())
    llvm::sys::path::append(path, name);
  return std::string(path);
}

std::string TemporaryDirectory::write(llvm::StringRef name, llvm::StringRef content) const {
  const std::string file = path(name);
  llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file));
  std::error_code error;
  llvm::raw_fd_ostream stream(file, error);
  stream << content;
  EXPECT_FALSE(error) << file << ": " << error.message();
  return file;
}

std::string readFile(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

ProgramResult runProgram(llvm::StringRef program, const std::vector<std::string> &arguments, unsigned timeoutS) {
  return runExecutable(std::string(KMEM_BINARY_DIR) + "/" + program.str(), arguments, timeoutS);
}

ProgramResult runExecutable(const std::string &executable, const std::vector<std::string> &arguments,
                            unsigned timeoutS) {
  TemporaryDirectory folder;
  const std::string out = folder.path("out"), err = folder.path("err");
  llvm::SmallVector<llvm::StringRef> argv = {executable};
  argv.append(arguments.begin(), arguments.end());
  const std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), llvm::StringRef(out), llvm::StringRef(err)};
  ProgramResult result;
  std::string startError;
  result.exitCode = llvm::sys::ExecuteAndWait(executable, argv, std::nullopt, redirects, timeoutS, 0, &startError);
  result.out = readFile(out);
  result.err = readFile(err) + startError;
  return result;
}

} // namespace kmem::test
