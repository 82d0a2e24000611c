#include "runtime/user/reverse_map.h"

namespace kmem::sim {

void ReverseMap::add(Pfn page, Place place) {
  const uint32_t added = links.allocate();
  links.write(added) = {place, heads.read(page)};
  heads.write(page) = added;
}

void ReverseMap::remove(Pfn page, Place place) {
  uint32_t before = 0;
  for (uint32_t at = heads.read(page); at; before = at, at = links[at].next) {
    if (links[at].place != place)
      continue;
    const uint32_t next = links[at].next;
    if (before)
      links.write(before).next = next;
    else
      heads.write(page) = next;
    links.free(at);
    return;
  }
  assert(false && "a page is unmapped where it is mapped");
}

std::vector<ReverseMap::Place> ReverseMap::of(Pfn page) const {
  std::vector<Place> places;
  for (uint32_t at = heads.read(page); at; at = links[at].next)
    places.push_back(links[at].place);
  return places;
}

} // namespace kmem::sim
