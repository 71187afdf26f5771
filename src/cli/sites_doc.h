#pragma once

#include <string>

namespace gf {

/// docs/sites.md: every site, from the rows of core/site.h.
std::string sites_markdown();

} // namespace gf
