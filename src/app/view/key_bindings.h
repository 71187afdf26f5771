#pragma once
// The program's own keys and gestures as tables: what app/shell/keys.h acts on, and what menus, tooltips,
// Ctrl+K and the help card show.

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
    release,
    next_panel,
    previous_panel,
    edit,  ///< the value of the cell in focus
    edits, ///< on or off
};

struct KeyBinding {
    KeyAction action;
    ImGuiKeyChord chord;    ///< the first one
    int n_keys;             ///< that many keys one after the other, from that of the chord on
    bool repeats;           ///< while it is held down
    bool always;            ///< also while typing, in popups, and without a model
    std::string_view group; ///< as on the help card; rows of a group stand together
    const char* keys;       ///< as shown: "Ctrl+K"
    const char* what;
};
std::span<const KeyBinding> key_bindings();
const KeyBinding& binding_of(KeyAction action);

/// What the mouse does, for the help card.
struct Gesture {
    std::string_view group;
    const char *how, *what;
};
std::span<const Gesture> gestures();

} // namespace gf::ui
