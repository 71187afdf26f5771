#pragma once
// Text in which the names of terms are links to their entries of the glossary. Used by the glossary and by
// tooltips.

#include "app/host/imgui_host.h"
#include "core/words/term.h"

#include <string_view>

namespace gf::ui {

/// Writes a Term::more at the cursor, wrapped at `width` pixels. Each link is an item with the name of its
/// term. Returns the one that was clicked, or null.
const Term* linked_text(std::string_view text, float width);

} // namespace gf::ui
