#include "app/shell/keys.h"

#include "app/host/imgui_host.h"
#include "app/host/keyboard.h"

#include <algorithm>

namespace gf::ui {
namespace {

using enum KeyAction;

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

void handle_keys(const Snapshot& s, const Selection& selection, const Settings& settings, bool& was_free,
                 Commands& commands) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.KeyCtrl && io.MouseWheel != 0)
        commands.post(command::SetScale{settings.scale * (io.MouseWheel > 0 ? 1.1 : 1 / 1.1)});
    // The Esc that closes a popup, which happens before the frame, lets go of nothing else.
    const bool now = !keyboard_is_taken(), free = now && was_free && s.has_run();
    was_free = now;
    for (const KeyBinding& b : key_bindings())
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

} // namespace gf::ui
