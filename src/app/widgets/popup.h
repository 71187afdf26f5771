#pragma once
// Popups that stay inside of the program's window: menus near its edges, and menus that grow while they are
// open, e.g. because another theme was chosen in them. Used by all menus.

namespace gf::ui {

/// As ImGui::BeginPopup(), for a popup opened by ImGui::OpenPopup(name). What has no room in the window
/// scrolls. When it returns true, end with ImGui::EndPopup().
bool begin_popup(const char* name);
/// A width in design lengths as pixels, or as much as a popup has room for.
float popup_width(float length);

} // namespace gf::ui
