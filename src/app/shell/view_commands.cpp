// How the Workbench carries out the commands of the window. Those that only change the Selection are
// SelectionControl's.

#include "app/host/keyboard.h"
#include "app/shell/mask_example.h"
#include "app/shell/workbench.h"
#include "app/view/operations.h"
#include "app/widgets/term_tooltip.h"
#include "core/name_matching.h"
#include "platform/error.h"
#include "session/commands/visit_command.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace gf::ui {

void Workbench::carry_out_here(const ViewCommand& command) {
    visit_command(command, [this](const auto& c) -> decltype(run(c)) { return run(c); });
}

/// The commands that bring back what the window shows. What is hovered or open as a popup is none of it.
std::vector<ViewCommand> Workbench::view_state() {
    std::vector<ViewCommand> state{command::SetTheme{std::string(theme_of(settings_.theme).label)},
                                   command::SetScale{static_cast<double>(settings_.scale)},
                                   command::SetMotion{settings_.motion}};
    for (ViewCommand& command : arrangement_.state()) state.push_back(std::move(command));
    for (const auto& panel : panels_.panels())
        for (const PanelOption& option : panel->options())
            state.emplace_back(
                command::SetView{panel->title(), std::string(option.name), panel->option(option.name)});
    for (ViewCommand& command : selection_control_.state()) state.push_back(std::move(command));
    return state;
}

void Workbench::run(const command::SetTheme& c) { settings_.theme = theme_named(c.theme); }

void Workbench::run(const command::SetScale& c) {
    settings_.scale = std::clamp(static_cast<float>(c.scale), k_min_scale, k_max_scale);
}

void Workbench::run(const command::PlayOperations& c) {
    const Snapshot& s = session_.latest();
    if (!s.has_run()) throw Error({"play-operations", "an open model", "none", "open one first"});
    if (c.on && !selection_.operation)
        run(command::SelectOperation{
            operation_name(all_operations(selection_control_.run_in_view(s), s.chain).front())});
    operation_strip_.play(c.on);
}

void Workbench::run(const command::SetMotion& c) { settings_.motion = c.on; }

/// Shows a site or parameter in the Inspector, which opens for it.
void Workbench::run(const command::Inspect& c) {
    selection_control_.run(c);
    if (!selection_.inspected.empty() && !arrangement_.is_open("Inspector"))
        arrangement_.show("Inspector", true);
}

/// Opens the field for the value of a cell: of the one that is named, which is pinned for it, or else of the
/// one in focus.
void Workbench::run(const command::AskValue& c) {
    const bool is_named = !c.cell.name.empty();
    if (is_named) run(command::PinCell{c.cell});
    const std::optional<CellRef>& cell = is_named ? selection_.pinned_cell : selection_.focus();
    if (cell)
        cell_popups_.ask_value(*cell, selection_.cell.get() == cell);
    else if (!is_named)
        notice_.window().note("Point at a cell or pin it: then its value can be edited.",
                              [this] { return !selection_.focus(); });
}

void Workbench::run(const command::SetView& c) { panels_.set_option(c); }

void Workbench::run(const command::ShowPanel& c) { arrangement_.show(c.panel, c.on); }

void Workbench::run(const command::SetLayout& c) {
    if (const std::string inspected = arrangement_.choose(c.layout); !inspected.empty())
        run(command::Inspect{inspected});
}

void Workbench::run(const command::SaveLayout& c) { arrangement_.save_as(c.layout); }

void Workbench::run(const command::DeleteLayout& c) { arrangement_.remove(c.layout); }

/// What had the keyboard on the page is gone with it, and nothing else shall have taken it over.
void Workbench::run(const command::ChooseFile& c) {
    const bool was_open = choosing_file_;
    choosing_file_ = c.on && !choosing_file_;
    if (was_open && !choosing_file_) give_keyboard_back();
}

void Workbench::run(const command::Find& c) { palette_.open(c.text); }

/// While a word is explained in a tooltip, its entry in the glossary is what help is wanted for.
void Workbench::run(const command::ShowHelp& c) {
    if (c.on && term_at_hand())
        help_.explain(term_at_hand());
    else
        help_.open(c.on);
}

void Workbench::run(const command::Explain& c) {
    const Term* found = c.word.empty() ? nullptr : find_term(c.word);
    if (!c.word.empty() && !found) {
        std::vector<std::string> names;
        for (const Term& t : terms()) names.emplace_back(t.name);
        throw Error({"explain: word", "one of the glossary; nearest: " + nearest_names(c.word, names),
                     "'" + c.word + "'", "F1 lists them all"});
    }
    help_.explain(found);
}

void Workbench::run(const command::ShowLook& c) {
    if (!look_strip_.show(c.on, settings_) && c.on)
        notice_.window().note(
            "Only the models that ship say what is worth looking at in them.",
            [this, model = session_.latest().model] { return session_.latest().model == model; });
}

/// One after the other, since what is pinned is a head of the model that is opened first.
void Workbench::run(const command::ShowMaskExample&) {
    script_player_.play_first(mask_example(session_.latest()));
}

/// Keeps the state of the workbench, unless the person comes from another lab.
void Workbench::run(const command::OpenLab& c) {
    const bool was_open = lab_room_.is_open();
    const std::string id = std::filesystem::exists(std::filesystem::path(c.lab) / "lesson.md")
                               ? c.lab
                               : std::string(lab_named(c.lab).id);
    LabRecord record = settings_.labs[id];
    record.step = c.step;
    lab_room_.open(c.lab, record);
    choosing_file_ = false;
    if (!was_open) {
        before_lab_.clear();
        if (session_.latest().has_run()) {
            before_lab_ = (files_.has_folder() ? files_.state_path().parent_path()
                                               : std::filesystem::temp_directory_path()) /
                          "before-lab.json";
            session_.post(command::Pause{});
            hand_over(command::SaveState{before_lab_.string()});
        }
    }
    run(command::SetLayout{"Lab"});
    show_lab_step(lab_room_.state_of_step());
}

void Workbench::run(const command::LeaveLab&) {
    if (!lab_room_.is_open()) return;
    lab_room_.close();
    if (before_lab_.empty()) return run(command::SetLayout{LayoutBook().current});
    script_player_.play(files_.read_state(std::exchange(before_lab_, {})));
}

void Workbench::run(const command::LabStep& c) {
    const bool is_next = lab_room_.is_open() && c.step == lab_room_.step_number() + 1;
    lab_room_.go_to(c.step);
    show_lab_step(is_next ? lab_room_.step().state : lab_room_.state_of_step());
}

void Workbench::run(const command::AnswerLab& c) {
    lab_room_.answer(c.answer);
    settings_.labs[lab_room_.lesson().id] = lab_room_.record();
}

/// Carries out what the step sets, and brings the panel that it speaks of to the front.
void Workbench::show_lab_step(std::vector<Command> commands) {
    if (!lab_room_.step().focus.empty())
        commands.emplace_back(command::ShowPanel{lab_room_.step().focus, true});
    script_player_.play(std::move(commands));
    settings_.labs[lab_room_.lesson().id] = lab_room_.record();
}

} // namespace gf::ui
