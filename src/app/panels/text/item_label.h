#pragma once
// Labels of items that hold text of a model. Used by the menu of alternatives and the tree of branches.

#include <string>

namespace gf::ui {

/// A text that Dear ImGui shows in full as the first part of a label: it hides all of a label from "##" on,
/// so spaces come between.
std::string escape_label(std::string text);

} // namespace gf::ui
