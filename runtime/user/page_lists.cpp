#include "runtime/user/page_lists.h"

namespace kmem::sim {

void PageLists::add(Pfn page, PageList list) {
  assert(list != PageList::None && listOf(page) == PageList::None);
  const unsigned at = unsigned(list);
  const uint32_t head = heads[at];
  links.write(page) = {0, head, at};
  if (head)
    links.write(head).newer = uint32_t(page);
  else
    tails[at] = uint32_t(page);
  heads[at] = uint32_t(page);
  ++counts[at];
}

void PageLists::remove(Pfn page) {
  const Link link = links.read(page);
  if (link.list == unsigned(PageList::None))
    return;
  if (link.newer)
    links.write(link.newer).older = link.older;
  else
    heads[link.list] = link.older;
  if (link.older)
    links.write(link.older).newer = link.newer;
  else
    tails[link.list] = link.newer;
  --counts[link.list];
  links.write(page) = {};
}

} // namespace kmem::sim
