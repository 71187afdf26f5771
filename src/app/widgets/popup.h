#pragma once
// Popups that stay inside of the program's window: menus near its edges, and menus that grow while they are
// open, e.g. because another theme was chosen in them. Used by all menus.

#include "app/host/ui_rect.h"

namespace gf::ui {

/// As ImGui::BeginPopup(), for a popup opened by ImGui::OpenPopup(name). What has no room in the window
/// scrolls. When it returns true, end with ImGui::EndPopup().
bool begin_popup(const char* name);
/// The same for a popup that stands beside `what` it is about or sets: below or above, where there is more
/// room, and never over it.
bool begin_popup_beside(const char* name, const UiRect& what);
/// A width in design lengths as pixels, or as much as a popup has room for.
float popup_width(float length);

} // namespace gf::ui
