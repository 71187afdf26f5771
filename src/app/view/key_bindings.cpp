#include "app/view/key_bindings.h"

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

using enum KeyAction;

constexpr std::string_view k_play = "Playback", k_look = "Where to look", k_program = "Program",
                           k_pointing = "Pointing", k_maps = "On maps and matrices", k_edit = "Editing";

constexpr std::array k_bindings = {
    KeyBinding{play, ImGuiKey_Space, 1, false, false, k_play, "Space", "play and pause"},
    KeyBinding{next_token, ImGuiKey_RightArrow, 1, true, false, k_play, "→", "one token on"},
    KeyBinding{previous_token, ImGuiKey_LeftArrow, 1, true, false, k_play, "←", "one token back"},
    KeyBinding{first_token, ImGuiKey_Home, 1, false, false, k_play, "Home", "to the first token"},
    KeyBinding{last_token, ImGuiKey_End, 1, false, false, k_play, "End", "to the last token"},
    KeyBinding{next_operation, ImGuiMod_Shift | ImGuiKey_RightArrow, 1, true, false, k_look, "Shift+→",
               "next operation"},
    KeyBinding{previous_operation, ImGuiMod_Shift | ImGuiKey_LeftArrow, 1, true, false, k_look, "Shift+←",
               "operation before"},
    KeyBinding{layer, ImGuiKey_1, 9, false, false, k_look, "1 – 9", "layer 0 to 8"},
    KeyBinding{previous_head, ImGuiKey_H, 1, true, false, k_look, "H", "head before"},
    KeyBinding{next_head, ImGuiKey_J, 1, true, false, k_look, "J", "next head"},
    KeyBinding{cell_up, ImGuiMod_Alt | ImGuiKey_UpArrow, 1, true, false, k_look, "Alt+↑",
               "pin the cell above"},
    KeyBinding{cell_down, ImGuiMod_Alt | ImGuiKey_DownArrow, 1, true, false, k_look, "Alt+↓",
               "pin the cell below"},
    KeyBinding{cell_left, ImGuiMod_Alt | ImGuiKey_LeftArrow, 1, true, false, k_look, "Alt+←",
               "pin the cell to the left"},
    KeyBinding{cell_right, ImGuiMod_Alt | ImGuiKey_RightArrow, 1, true, false, k_look, "Alt+→",
               "pin the cell to the right"},
    KeyBinding{let_go, ImGuiKey_Escape, 1, false, false, k_look, "Esc",
               "close, then unpin: one thing at a time"},
    KeyBinding{find, ImGuiMod_Ctrl | ImGuiKey_K, 1, false, true, k_program, "Ctrl+K", "find anything"},
    KeyBinding{next_panel, ImGuiKey_F6, 1, false, true, k_program, "F6", "to the next panel"},
    KeyBinding{previous_panel, ImGuiMod_Shift | ImGuiKey_F6, 1, false, true, k_program, "Shift+F6",
               "to the panel before"},
    KeyBinding{help, ImGuiKey_F1, 1, false, true, k_program, "F1", "this card"},
    KeyBinding{edit_value, ImGuiKey_F2, 1, false, false, k_edit, "F2", "type a value for the cell in focus"},
    KeyBinding{switch_head, ImGuiKey_X, 1, false, false, k_edit, "X",
               "switches the head in view, or the expert in focus, off and on"},
    KeyBinding{toggle_edits, ImGuiKey_E, 1, false, false, k_edit, "E", "edits count or do not"},
    KeyBinding{undo, ImGuiMod_Ctrl | ImGuiKey_Z, 1, true, false, k_program, "Ctrl+Z", "undo"},
    KeyBinding{redo, ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z, 1, true, false, k_program, "Ctrl+Shift+Z",
               "redo"},
    KeyBinding{choose_file, ImGuiMod_Ctrl | ImGuiKey_O, 1, false, false, k_program, "Ctrl+O",
               "open another model"},
    KeyBinding{normal_size, ImGuiMod_Ctrl | ImGuiKey_0, 1, false, true, k_program, "Ctrl+0", "normal size"},
};

constexpr std::array k_gestures = {
    Gesture{k_program, "Ctrl+wheel", "size of everything"},
    Gesture{k_program, "Tab, Enter", "walk through the controls of a panel, press one"},
    Gesture{k_pointing, "hover", "explains a value below, lights it everywhere"},
    Gesture{k_pointing, "click", "pins a token, head or cell"},
    Gesture{k_pointing, "Alt", "what the value feeds, while it is held"},
    Gesture{k_pointing, "right click", "a cell's menu; on a token: put another one there"},
    Gesture{k_pointing, "double click", "on a token: back to there"},
    Gesture{k_edit, "double click", "on a cell: type another value for it"},
    Gesture{k_edit, "drag", "in Masks: paint cells; with Alt give them back"},
    Gesture{k_edit, "Alt+arrows, Enter", "in Masks: to another cell, paint it"},
    Gesture{k_edit, "R, C, Delete, G", "in Masks: its row, its column, give it back; scores"},
    Gesture{k_maps, "wheel", "zoom at the pointer"},
    Gesture{k_maps, "drag", "pan"},
    Gesture{k_maps, "Alt+arrows", "in Head: move the pinned cell"},
    Gesture{k_maps, "double click", "on the words beside them: as much as at first"},
};

} // namespace

std::span<const KeyBinding> key_bindings() { return k_bindings; }

const KeyBinding& binding_of(KeyAction action) {
    return *std::find_if(k_bindings.begin(), k_bindings.end(),
                         [&](const KeyBinding& b) { return b.action == action; });
}

std::span<const Gesture> gestures() { return k_gestures; }

} // namespace gf::ui
