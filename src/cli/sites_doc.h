#pragma once
// docs/sites.md, the document of all sites. Used by `glassformer info --all-sites`.

#include <string>

namespace gf {

/// The document as Markdown, made from the rows of core/site.h.
std::string sites_markdown();

} // namespace gf
