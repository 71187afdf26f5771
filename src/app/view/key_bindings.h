#pragma once
// Tables of the program's own keys and mouse gestures. Used by app/shell/handle_keys.h, which acts on the
// keys, and by menus, tooltips, Ctrl+K and the help card, which show both.

#include <imgui.h>

#include <span>
#include <string_view>

namespace gf::ui {

enum class KeyAction {
    play,
    next_token,
    previous_token,
    first_token,
    last_token,
    next_operation,
    previous_operation,
    layer, ///< nine keys, one for each layer
    previous_head,
    next_head,
    find,
    help,
    undo,
    redo,
    choose_file,
    normal_size,
    cell_up,
    cell_down,
    cell_left,
    cell_right,
    let_go, ///< unpins, and closes what is open
    next_panel,
    previous_panel,
    edit_value,   ///< asks for a value of the cell in focus
    toggle_edits, ///< edits count, or do not
    switch_head,  ///< switches the head in view or the expert in focus off, or on again
};

struct KeyBinding {
    KeyAction action;
    ImGuiKeyChord chord;    ///< the only one, or the first of several
    int n_keys;             ///< number of neighbouring keys, beginning with the chord's, that do this
    bool repeats;           ///< whether the action repeats while the key is held down
    bool always;            ///< whether the key also works while typing, in popups, and without a model
    std::string_view group; ///< heading on the help card
    const char* keys;       ///< the keys as people read them: "Ctrl+K"
    const char* what;       ///< what they do, in words
};
/// All bindings. The help card keeps their order.
std::span<const KeyBinding> key_bindings();
/// The row of an action: each has exactly one.
const KeyBinding& binding_of(KeyAction action);

/// Something that the mouse does, for the help card.
struct Gesture {
    std::string_view group;
    const char *how, *what;
};
std::span<const Gesture> gestures();

} // namespace gf::ui
