#pragma once
// docs/glossary.md, written from the table of terms. Used by `glassformer info --glossary`.

#include <string>
#include <string_view>

namespace gf {

/// The document as Markdown, made from the terms of core/words/term.h.
std::string glossary_markdown();
/// The place of a term in it: "#attention-weight".
std::string glossary_anchor(std::string_view name);

} // namespace gf
