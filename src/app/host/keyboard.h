#pragma once
// The keyboard belongs either to an item of Dear ImGui (while a person types or walks with Tab) or to the
// program. The program's own keys (app/shell/handle_keys.h) must wait in the first case. In the second case
// arrows and Space do nothing in Dear ImGui by themselves; ask for keys with ImGui::IsKeyChordPressed(). Used
// by the shell and by panels that react to keys.

namespace gf::ui {

/// Whether the keyboard belongs to an item or a popup.
bool keyboard_is_taken();
/// Whether it belongs to an item that a ring marks, and to nothing else: nobody types and no popup is open.
bool keyboard_walks();
/// Keeps from Dear ImGui's navigation the keys that are the program's now: it ignores keys that have an
/// owner, while IsKeyPressed() and IsKeyChordPressed() still see them. Called by ImGuiHost at the end of each
/// frame.
void keep_keys_from_navigation();
/// Whether a person walked with the keyboard to the item that was just made, so that a ring marks it.
bool keyboard_is_on_last_item();
/// From now on a ring marks the item that has the keyboard, as if the person had walked there with Tab.
void show_keyboard_focus();
/// From now on the keyboard belongs to the program again, e.g. after a popup was closed by a key.
void give_keyboard_back();
/// The cell that Alt and the arrows ask for, counted from the one in focus; both 0: none was pressed.
struct CellStep {
    int down = 0, right = 0;
};
CellStep alt_arrow_step();
/// Closes all popups and gives the keyboard back to the program.
void close_all_popups();
/// Moves the keyboard to the next (`direction` 1) or previous (-1) of the windows in sight, bars included, in
/// reading order. Inside a window, Tab walks from item to item.
void focus_next_window(int direction);

} // namespace gf::ui
