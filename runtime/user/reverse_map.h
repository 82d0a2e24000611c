// Who maps a page: for every frame the chain of (address space, address) whose page-table entry points to it. Stands
// for the kernel's rmap (mm/rmap.c), which finds them through anon_vma and i_mmap. A value; the length of a chain is
// the page's mapcount.
#pragma once

#include "runtime/kernel/cow_pool.h"
#include "runtime/user/vma.h"

#include <vector>

namespace kmem::sim {

class ReverseMap {
public:
  struct Place {
    MmId mm;
    Address address;
    bool operator==(const Place &) const = default;
  };

  void add(Pfn page, Place place);
  void remove(Pfn page, Place place);
  std::vector<Place> of(Pfn page) const;
  uint64_t size() const { return links.live(); }

private:
  struct Link {
    Place place;
    uint32_t next;
  };
  CowPool<Link> links;
  CowArray<uint32_t> heads;
};

} // namespace kmem::sim
