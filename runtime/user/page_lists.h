// The lists that reclaim looks through: active and inactive pages, anonymous and of files (enum lru_list,
// include/linux/mmzone.h). New pages enter at the head; reclaim takes from the tail. A value.
#pragma once

#include "runtime/kernel/cow_array.h"
#include "runtime/kernel/layout.h"

#include <array>

namespace kmem::sim {

enum class PageList : uint8_t { None, InactiveAnon, ActiveAnon, InactiveFile, ActiveFile, Unevictable };
inline constexpr unsigned pageListCount = 6;

class PageLists {
public:
  void add(Pfn page, PageList list);
  /// Nothing when it is in no list.
  void remove(Pfn page);
  void move(Pfn page, PageList list) {
    remove(page);
    add(page, list);
  }
  PageList listOf(Pfn page) const { return PageList(links.read(page).list); }
  uint64_t size(PageList list) const { return counts[unsigned(list)]; }
  bool empty(PageList list) const { return size(list) == 0; }
  Pfn oldest(PageList list) const { return tails[unsigned(list)]; }

private:
  struct Link {
    uint32_t newer, older; ///< frame numbers, 0 at the ends
    uint32_t list;
  };
  CowArray<Link> links;
  std::array<uint32_t, pageListCount> heads{}, tails{};
  std::array<uint64_t, pageListCount> counts{};
};

} // namespace kmem::sim
