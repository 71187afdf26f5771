#pragma once
// A card over everything else, in the middle of the window's width. Used by the command palette and the help.

namespace gf::ui {

/// Opened by ImGui::OpenPopup(name); closes with Esc and by a click beside it. `width` and `top` are pixels.
/// When it returns true, end with end_card().
bool begin_card(const char* name, float width, float top);
void end_card();

} // namespace gf::ui
