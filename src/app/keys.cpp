#include "app/keys.h"

#include "app/imgui_host.h"
#include "app/panel_walk.h"

#include <algorithm>
#include <array>

namespace gf {
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
    KeyBinding{release, ImGuiKey_Escape, 1, false, false, k_look, "Esc",
               "let go of what is pinned; close what is open"},
    KeyBinding{find, ImGuiMod_Ctrl | ImGuiKey_K, 1, false, true, k_program, "Ctrl+K", "find anything"},
    KeyBinding{next_panel, ImGuiKey_F6, 1, false, true, k_program, "F6", "to the next panel"},
    KeyBinding{previous_panel, ImGuiMod_Shift | ImGuiKey_F6, 1, false, true, k_program, "Shift+F6",
               "to the panel before"},
    KeyBinding{help, ImGuiKey_F1, 1, false, true, k_program, "F1", "this card"},
    KeyBinding{edit, ImGuiKey_F2, 1, false, false, k_edit, "F2", "type a value for the cell in focus"},
    KeyBinding{edits, ImGuiKey_E, 1, false, false, k_edit, "E", "edits count or do not"},
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
    Gesture{k_maps, "wheel", "zoom at the pointer"},
    Gesture{k_maps, "drag", "pan"},
    Gesture{k_maps, "double click", "on the words beside them: as much as at first"},
};

bool pressed(const KeyBinding& b, int i) {
    const auto key = static_cast<ImGuiKey>((b.chord & ~ImGuiMod_Mask_) + i);
    return ImGui::GetIO().KeyMods == (b.chord & ImGuiMod_Mask_) && ImGui::IsKeyPressed(key, b.repeats);
}

void step_operation(const Snapshot& s, const Selection& selection, int steps, Commands& commands) {
    const SiteRef site = operation_after(s.config(), selection, steps);
    commands.post(command::SelectOperation{site_name(site.site, site.layer)});
}

/// What needs a model.
void act_on_run(KeyAction action, int i, const Snapshot& s, const Selection& selection, Commands& commands) {
    const HeadRef at = selection.pinned_head;
    const int n = s.config().n_heads;
    switch (action) {
    case play: s.playing ? commands.post(command::Pause{}) : commands.post(command::Play{}); break;
    case next_token: commands.post(command::Step{1}); break;
    case previous_token: commands.post(command::Step{-1}); break;
    case first_token: commands.post(command::Jump{1}); break;
    case last_token: commands.post(command::Jump{s.text_rows()}); break;
    case next_operation: step_operation(s, selection, 1, commands); break;
    case previous_operation: step_operation(s, selection, -1, commands); break;
    case layer:
        if (i < s.config().n_layers) commands.post(command::PinHead{i, at.head});
        break;
    case previous_head: commands.post(command::PinHead{at.layer, (at.head + n - 1) % n}); break;
    case next_head: commands.post(command::PinHead{at.layer, (at.head + 1) % n}); break;
    case edit: commands.post(command::AskValue{}); break;
    case edits:
        if (s.n_edits() > 0) commands.post(command::UseEdits{!s.edits_on});
        break;
    case undo: commands.post(command::Undo{}); break;
    case redo: commands.post(command::Redo{}); break;
    default: break;
    }
}

void act(KeyAction action, int i, const Snapshot& s, const Selection& selection, Commands& commands) {
    switch (action) {
    case find: commands.post(command::Find{}); break;
    case next_panel: focus_next_window(1); break;
    case previous_panel: focus_next_window(-1); break;
    case help: commands.post(command::ShowHelp{}); break;
    case normal_size: commands.post(command::SetScale{1}); break;
    case choose_file: commands.post(command::ChooseFile{}); break;
    case release:
        commands.post(command::ChooseFile{false});
        commands.post(command::PinCell{});
        commands.post(command::SelectOperation{});
        break;
    default: act_on_run(action, i, s, selection, commands);
    }
}

} // namespace

std::span<const KeyBinding> key_bindings() { return k_bindings; }

const KeyBinding& binding_of(KeyAction action) {
    return *std::find_if(k_bindings.begin(), k_bindings.end(),
                         [&](const KeyBinding& b) { return b.action == action; });
}

std::span<const Gesture> gestures() { return k_gestures; }

void handle_keys(const Snapshot& s, const Selection& selection, const Settings& settings, bool& was_free,
                 Commands& commands) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.KeyCtrl && io.MouseWheel != 0)
        commands.post(command::SetScale{settings.scale * (io.MouseWheel > 0 ? 1.1 : 1 / 1.1)});
    // The Esc that closes a popup, which happens before the frame, lets go of nothing else.
    const bool now = !keyboard_is_taken(), free = now && was_free && s.has_run();
    was_free = now;
    for (const KeyBinding& b : k_bindings)
        for (int i = 0; i < b.n_keys && (free || b.always); ++i)
            if (pressed(b, i)) act(b.action, i, s, selection, commands);
}

SiteRef operation_after(const ModelConfig& config, const Selection& selection, int steps) {
    const std::vector<SiteRef> sites = all_sites(config);
    const auto last = static_cast<std::ptrdiff_t>(sites.size()) - 1;
    const auto at =
        selection.operation ? std::find(sites.begin(), sites.end(), *selection.operation) : sites.end();
    if (at != sites.end())
        return sites[static_cast<std::size_t>(
            std::clamp(at - sites.begin() + steps, std::ptrdiff_t{0}, last))];
    return *std::find(sites.begin(), sites.end(), SiteRef{Site::resid_pre, selection.pinned_head.layer});
}

} // namespace gf
