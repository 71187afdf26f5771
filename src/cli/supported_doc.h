#pragma once
// docs/models-you-can-open.md: families, keys of config.json, parts of tokenizers, and what is refused, from
// the tables by which files are read. Used by `glassformer info --supported`.

#include <string>

namespace gf {

/// The document as Markdown.
std::string supported_markdown();

} // namespace gf
