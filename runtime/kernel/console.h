// What the simulated kernel printed, line by line, without the time stamps. Part of the machine's state: restoring a
// snapshot takes lines back. Copying a log is O(1); logs share their common beginning.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kmem::sim {

class Console {
public:
  using Mark = uint64_t;

  /// One printk() without its last newline; a newline inside keeps one record together, as the kernel's log does.
  void print(std::string line);
  Mark mark() const { return count; }
  /// The lines printed since, oldest first.
  std::vector<std::string> since(Mark mark) const;

  Console() = default;
  Console(const Console &) = default;
  Console &operator=(const Console &) = default;
  ~Console();

private:
  struct Line {
    std::shared_ptr<const Line> before;
    std::string text;
    ~Line();
  };
  std::shared_ptr<const Line> newest;
  uint64_t count = 0;
};

} // namespace kmem::sim
