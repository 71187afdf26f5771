#include "app/shell/handle_keys.h"

#include "app/host/imgui_host.h"
#include "app/host/keyboard.h"
#include "app/shell/selection_control.h"
#include "app/view/cell_moves.h"
#include "app/view/expert_hands.h"
#include "app/view/head_switch.h"
#include "app/view/key_bindings.h"
#include "app/view/operations.h"

namespace gf::ui {
namespace {

using enum KeyAction;

/// Whether the binding's key of this index was pressed: 0 for most bindings, the layer for those of layers.
bool was_pressed(const KeyBinding& b, int index) {
    const auto key = static_cast<ImGuiKey>((b.chord & ~ImGuiMod_Mask_) + index);
    return ImGui::GetIO().KeyMods == (b.chord & ImGuiMod_Mask_) && ImGui::IsKeyPressed(key, b.repeats);
}

void step_operation(const Snapshot& s, const Run& run, const Selection& selection, int steps,
                    Commands& commands) {
    commands.post(command::SelectOperation{operation_name(operation_after(run, s.chain, selection, steps))});
}

void move_cell(const View& view, const Selection& selection, int down, int right, Commands& commands) {
    if (const auto cell = moved_cell(view, selection, down, right))
        commands.post(command::PinCell{view.address(*cell)});
}

/// Switches the expert in focus, if a cell of a router or of an expert is, or else the head in view.
void post_switch(const View& v, const Selection& selection, Commands& commands) {
    const auto cell = selection.focus_in(v.run.id);
    const auto expert = cell && v.run.id == Run::k_text ? expert_of(v, *cell) : std::nullopt;
    if (expert) return post_expert_switch(v, *expert, commands);
    post_head_switch(v, selection.attention, selection.head_in_view(), commands);
}

/// The actions that need a run.
void act_on_run(KeyAction action, int index, const Snapshot& s, const Selection& selection,
                Commands& commands) {
    const HeadRef pinned = selection.pinned_head;
    const Run& run = s.run_or_text(selection.run);
    const int n_heads = run.config().n_heads;
    switch (action) {
    case play: s.playing ? commands.post(command::Pause{}) : commands.post(command::Play{}); break;
    case next_token: commands.post(command::Step{1}); break;
    case previous_token: commands.post(command::Step{-1}); break;
    case first_token: commands.post(command::Jump{1}); break;
    case last_token: commands.post(command::Jump{s.text().rows_wanted}); break;
    case next_operation: step_operation(s, run, selection, 1, commands); break;
    case previous_operation: step_operation(s, run, selection, -1, commands); break;
    case layer:
        if (index < run.config().n_layers) commands.post(command::PinHead{index, pinned.head});
        break;
    case previous_head:
        commands.post(command::PinHead{pinned.layer, (pinned.head + n_heads - 1) % n_heads});
        break;
    case next_head: commands.post(command::PinHead{pinned.layer, (pinned.head + 1) % n_heads}); break;
    case cell_up: move_cell(View(s, run), selection, -1, 0, commands); break;
    case cell_down: move_cell(View(s, run), selection, 1, 0, commands); break;
    case cell_left: move_cell(View(s, run), selection, 0, -1, commands); break;
    case cell_right: move_cell(View(s, run), selection, 0, 1, commands); break;
    case edit_value: commands.post(command::AskValue{}); break;
    case toggle_edits:
        if (s.n_edits() > 0) commands.post(command::UseEdits{!s.edits_on});
        break;
    case switch_head: post_switch(View(s, run), selection, commands); break;
    case undo: commands.post(command::Undo{}); break;
    case redo: commands.post(command::Redo{}); break;
    default: break;
    }
}

/// Esc lets go of one thing at a time, the one that covers most first.
void let_go_of_one(const KeyScope& scope, Commands& commands) {
    const Selection& selection = scope.selection;
    if (scope.choosing_file)
        commands.post(command::ChooseFile{false});
    else if (selection.pinned_cell)
        commands.post(command::PinCell{});
    else if (selection.operation || !selection.inspected.empty())
        commands.post(command::SelectOperation{});
    else if (scope.lab.is_open() && selection.pinned_token < 0)
        commands.post(command::LeaveLab{});
    else
        commands.post(command::PinToken{}); // the newest token is followed again
}

/// In a lab Space goes on to the next step, once the question of this one is answered.
bool goes_on_in_lab(const LabRoom& lab, Commands& commands) {
    if (!lab.is_open() || !lab.may_go_on() || lab.step_number() == lab.n_steps()) return lab.is_open();
    commands.post(command::LabStep{lab.step_number() + 1});
    return true;
}

void act(KeyAction action, int index, const Snapshot& s, const Selection& selection, Commands& commands) {
    switch (action) {
    case find: commands.post(command::Find{}); break;
    case next_panel: focus_next_window(1); break;
    case previous_panel: focus_next_window(-1); break;
    case help: commands.post(command::ShowHelp{}); break;
    case normal_size: commands.post(command::SetScale{1}); break;
    case choose_file: commands.post(command::ChooseFile{}); break;
    default: act_on_run(action, index, s, selection, commands);
    }
}

} // namespace

void handle_keys(const KeyScope& scope, bool& were_free, Commands& commands) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.KeyCtrl && io.MouseWheel != 0)
        commands.post(command::SetScale{scope.settings.scale * (io.MouseWheel > 0 ? 1.1 : 1 / 1.1)});
    const bool are_free = !keyboard_is_taken() && !scope.field_appears;
    // Esc closes a popup before this frame. Because keys were not free in the frame before, the same Esc lets
    // go of nothing else.
    const bool may_let_go = are_free && were_free;
    were_free = are_free;
    if (keyboard_walks() && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) return give_keyboard_back();
    for (const KeyBinding& b : key_bindings()) {
        const bool is_let_go = b.action == let_go, works_over_page = is_let_go || b.action == choose_file;
        const bool may_act = scope.snapshot.has_run() && (is_let_go ? may_let_go : are_free) &&
                             (works_over_page || !scope.choosing_file);
        for (int index = 0; index < b.n_keys && (may_act || b.always); ++index) {
            if (!was_pressed(b, index)) continue;
            if (is_let_go)
                let_go_of_one(scope, commands);
            else if (b.action != play || !goes_on_in_lab(scope.lab, commands))
                act(b.action, index, scope.snapshot, scope.selection, commands);
            if (b.action == find) return; // what is pressed behind it is meant for its field
        }
    }
}

} // namespace gf::ui
