// Stage: driver. Where summaries are kept when the user does not say.
#pragma once

#include "checker/driver/options.h"

namespace kmem {

std::string cacheFolder(const Options &options, const Tree &tree);

} // namespace kmem
