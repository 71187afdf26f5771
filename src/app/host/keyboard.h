#pragma once
// Who the keyboard belongs to: an item of Dear ImGui (typing, or walking with Tab) or the program, whose own
// keys (app/shell/keys.h) must wait in the first case. Arrows and Space do nothing in Dear ImGui by
// themselves; ImGui::IsKeyChordPressed() is the way to ask for keys.

namespace gf::ui {

/// Whether the keyboard belongs to an item or a popup.
bool keyboard_is_taken();
/// Whether a person walked to the item that was just made, and sees that by its ring.
bool keyboard_is_on_last_item();
/// From now on the ring shows where the keyboard is, as if the person had walked there with Tab.
void show_keyboard_focus();
/// Arrows and Space belong to the program again, e.g. after a popup was closed by a key.
void give_keyboard_back();
/// Closes whatever is open over the panels, and gives the keyboard back.
void close_all_popups();
/// Moves the keyboard to the next (or, with -1, the previous) of the windows in sight, bars included, in
/// reading order. Inside a window Tab walks.
void focus_next_window(int direction);

} // namespace gf::ui
