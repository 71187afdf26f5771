#include "app/shell/workbench.h"

#include "app/host/frame_request.h"
#include "app/shell/handle_keys.h"
#include "app/start/display_text.h"
#include "app/view/token_labels.h"
#include "app/widgets/docks.h"
#include "app/widgets/motion.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/term_tooltip.h"
#include "models/shipped.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "session/commands/visit_command.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gf::ui {
namespace {

constexpr float k_top_bar_height = 44, k_opening_height = 40; // design lengths
constexpr int k_many_tabs = 4;
/// Seconds after a change, in which others may follow, e.g. while the wheel turns.
constexpr double k_save_delay = 0.5;

} // namespace

Workbench::Workbench(Options o)
    : lab_room_(o.wake ? o.wake : [] {}), files_(o.config_folder),
      waits_for_saving_(o.mode == Session::Mode::cooperative), shows_timing_(o.shows_timing),
      session_(o.mode, std::move(o.wake)), models_(std::move(o.models)), look_strip_(models_),
      start_page_(models_), panels_(o.panels(), o.panels()), arrangement_(panel_titles(panels_.panels())) {
    load();
    ImGuiHost::current().set_look({settings_.theme, settings_.scale}); // no flash of another theme
    session_.post(command::SetSpeed{settings_.speed});
    session_.post(command::SetTraceBudget{settings_.trace_megabytes});
}

Workbench::~Workbench() {
    save();
    saving_.finish();
    save_state();
}

// ---- The configuration folder

void Workbench::load() {
    if (!files_.has_folder()) return;
    std::string settings_warning, layouts_warning, positions_warning, state_warning;
    settings_ = files_.load_settings(settings_warning);
    arrangement_.restore(files_.load_layout_book(layouts_warning));
    const std::string positions = files_.load_window_positions(positions_warning);
    if (!positions.empty() && !arrangement_.book().is_untouched)
        ImGui::LoadIniSettingsFromMemory(positions.data(), positions.size());
    restart_offer_.set(files_.load_state(state_warning));
    saved_settings_ = settings_;
    saved_book_ = arrangement_.book();
    for (const std::string& warning : {settings_warning, layouts_warning, positions_warning, state_warning})
        if (window_message().empty() && !warning.empty()) notice_.window().note(warning, NoticeDesk::always);
}

void Workbench::save() {
    if (!files_.has_folder()) return;
    saved_settings_ = settings_;
    saved_book_ = arrangement_.book();
    changed_at_.reset();
    std::size_t size = 0;
    const char* positions = ImGui::SaveIniSettingsToMemory(&size);
    // A disk may take its time, so a thread of its own waits for it, with copies of all.
    saving_.start([files = files_, settings = settings_, book = arrangement_.book_to_save(),
                   positions = std::string(positions, size)] {
        files.save_settings(settings);
        files.save_window_positions(positions);
        files.save_layout_book(book);
    });
    if (waits_for_saving_) tell_if_saving_failed();
}

/// Waits for what is being saved. A folder that cannot be written is no news the second time.
void Workbench::tell_if_saving_failed() {
    const std::string problem = saving_.finish();
    if (!problem.empty() && !std::exchange(saving_failed_, true))
        notice_.window().note(problem, NoticeDesk::always);
}

/// Leaves the state for the next start, if the person has done anything; else that of the last time stays.
/// What the program itself opened is none of their doing.
void Workbench::save_state() {
    if (!files_.has_folder() || !person_acted_ || !session_.latest().has_run()) return;
    session_.post(command::Pause{});
    hand_over(command::SaveState{files_.state_path().string()});
    session_.run_until_idle();
}

/// Saves what a person changed a moment ago, so that it is kept however the program ends.
void Workbench::save_changes() {
    if (!files_.has_folder()) return;
    if (saving_.is_busy()) return request_frame();
    tell_if_saving_failed();
    if (settings_ == saved_settings_ && arrangement_.book() == saved_book_ && !window_positions_changed())
        return changed_at_.reset();
    request_frame(); // else the window might sleep until the next input
    const double now = ImGui::GetTime();
    if (!changed_at_) changed_at_ = now;
    if (now - *changed_at_ >= k_save_delay) save();
}

// ---- Commands

void Workbench::post(Command command) { posted_from_outside_.push_back(std::move(command)); }

void Workbench::play(std::vector<Command> script) { script_player_.play(std::move(script)); }

void Workbench::open_dropped_files(const std::vector<std::string>& paths) {
    start_page_.open_dropped_files(paths);
    choosing_file_ = true;
}

void Workbench::settle() {
    carry_out_posted();
    selection_control_.follow_layer();
    session_.run_until_idle();
    while (script_player_.is_playing()) {
        script_player_.advance(session_, posted_from_outside_);
        carry_out_posted();
        session_.run_until_idle();
    }
}

void Workbench::carry_out_posted() {
    for (const Command& c : std::exchange(posted_from_outside_, {})) carry_out(c);
    for (const Command& c : commands_.take()) {
        person_acted_ |= std::holds_alternative<SessionCommand>(c);
        carry_out(c);
    }
}

/// Carries out a command of the window, or hands it to the session. An error becomes the window's message.
void Workbench::carry_out(const Command& c) {
    // A new model lets go of old pins before this command makes new ones.
    selection_control_.keep_in_range(session_.latest());
    const std::string_view name =
        std::visit([](const auto& family) -> std::string_view { return name_of(family); }, c);
    const std::uint64_t n_notices = notice_.window().number();
    try {
        visit_command(c, Overloads{[this](const SessionCommand& of_session) { hand_over(of_session); },
                                   [this](const ViewCommand& of_view) { carry_out_here(of_view); }});
        if (notice_.window().number() == n_notices) notice_.window().succeed(name);
    } catch (const Error& e) {
        notice_.window().refuse(e.what(), name, NoticeDesk::always);
    }
}

/// The window remembers some of what the session is asked for.
void Workbench::hand_over(const SessionCommand& c) {
    if (const auto* speed = std::get_if<command::SetSpeed>(&c)) settings_.speed = speed->tokens_per_s;
    if (const auto* budget = std::get_if<command::SetTraceBudget>(&c))
        settings_.trace_megabytes = budget->megabytes;
    if (const auto* open = std::get_if<command::Open>(&c)) {
        command::Open found = *open;
        found.model = find_model(open->model, models_);
        choosing_file_ = false;
        if (!start_page_.was_drawn()) // the start page shall not flash up before the first model
            opening_message_ = "Opening " + shown_name(std::filesystem::path(open->model).filename()) + " …";
        return session_.post(found);
    }
    if (const auto* add = std::get_if<command::AddRun>(&c); add && !add->model.empty()) {
        command::AddRun found = *add;
        found.model = find_model(add->model, models_);
        return session_.post(found);
    }
    if (const auto* saved = std::get_if<command::SaveState>(&c)) {
        command::SaveState with_view = *saved;
        for (const ViewCommand& command : view_state())
            with_view.view.push_back(gf::to_json(Command(command)).dump());
        session_.post(with_view);
        return;
    }
    session_.post(c);
}

// ---- One frame

void Workbench::frame() {
    const Stopwatch watch;
    script_player_.advance(session_, posted_from_outside_);
    carry_out_posted();
    ImGuiHost::current().set_look({settings_.theme, settings_.scale});
    set_motion(settings_.motion);
    const Snapshot& s = session_.latest();
    token_labels().set_model(s.model);
    selection_control_.keep_in_range(s);
    update_title(s);
    selection_control_.follow_layer();
    if (selection_.next_frame()) request_frame();
    remember_model(s);
    handle_keys({s, selection_, settings_, choosing_file_, palette_.field_appears(), lab_room_},
                keys_were_free_, commands_);
    draw_top_bar(s);
    draw_below_bar(s, restart_offer_.draw(person_acted_, px(k_top_bar_height), script_player_));
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    notice_.draw(s, {{0, px(k_top_bar_height)}, {display.x, display.y - px(FormulaBar::k_height)}},
                 commands_);
    if (const Term* asked = take_asked_term()) commands_.post(command::Explain{std::string(asked->name)});
    save_changes();
    const double ms = 1e3 * watch.seconds();
    frame_ms_ = frame_ms_ == 0 ? ms : 0.95 * frame_ms_ + 0.05 * ms;
}

void Workbench::update_title(const Snapshot& s) {
    if (s.model == titled_model_ && s.cursor() == titled_cursor_) return;
    titled_model_ = s.model;
    titled_cursor_ = s.cursor();
    title_ = s.model
                 ? fmt::format("Glassformer — {} — token {}", escape_invalid_utf8(s.model->name), s.cursor())
                 : "Glassformer";
}

/// Puts a model that was just opened among the recent ones, unless it stands in the gallery.
void Workbench::remember_model(const Snapshot& s) {
    if (!s.model || s.model_path == remembered_path_) return;
    remembered_path_ = s.model_path;
    if (start_page_.ships(s.model_path)) return;
    settings_.remember({s.model_path, s.tokenizer_path, s.ignored_keys});
}

/// The top bar, and the popups that stand over all windows.
void Workbench::draw_top_bar(const Snapshot& s) {
    begin_bar("Transport", 0, px(k_top_bar_height));
    transport_.draw(s, arrangement_, panels_.panels(), settings_, commands_);
    palette_.draw({s, selection_, arrangement_, panels_.panels(), settings_}, commands_);
    cell_popups_.draw(s, selection_, commands_);
    help_.draw();
    end_bar();
}

/// The panels with the formula bar below them, or the start page.
void Workbench::draw_below_bar(const Snapshot& s, float top) {
    const float display_height = ImGui::GetIO().DisplaySize.y;
    if (s.has_run() || !s.message.empty()) opening_message_.clear();
    if (!opening_message_.empty()) {
        draw_opening(top);
    } else if (!s.has_run() || choosing_file_) {
        const bool shows_error = s.message_is_error && !notice_.was_dismissed(s);
        start_page_.draw(top, display_height, settings_.recent, shows_error ? s.message : "",
                         s.message_is_error, commands_);
    } else {
        const float bottom = display_height - px(FormulaBar::k_height);
        View view(s, selection_control_.run_in_view(s), s.find_run(selection_.against),
                  selection_control_.quantity_in_view());
        view.lab = &lab_room_;
        formula_bar_.update(view, selection_);
        if (!lab_room_.is_open()) top = look_strip_.draw(s, top, settings_, script_player_, commands_);
        top = operation_strip_.draw(view, selection_, top, commands_);
        draw_panels(view, top, bottom);
        formula_bar_.draw(view, selection_, commands_, bottom, {shows_timing_, frame_ms_});
    }
}

void Workbench::draw_panels(const View& view, float top, float bottom) {
    // Beside the text stands the text of the other run, not its source.
    const Run* against = view.against && view.against->read_by >= 0 ? nullptr : view.against;
    const View text(view.snapshot, view.snapshot.text(), against);
    arrangement_.dock(top, bottom);
    for (std::size_t i = 0; i < panels_.panels().size(); ++i) {
        const auto& panel = panels_.panels()[i];
        if (!arrangement_.is_open(panel->title())) continue;
        if (arrangement_.take_focus(panel->title())) ImGui::SetNextWindowFocus();
        bool stays_open = true;
        // Among many tabs the titles need the room of the crosses; the View menu closes a panel, too.
        const bool has_cross = !arrangement_.is_one_stack() && n_tabs_of(panel->title()) < k_many_tabs;
        if (begin_panel(panel->title(), has_cross ? &stays_open : nullptr))
            panels_.draw(i, panel->always_shows_text() ? text : view, selection_, commands_);
        end_panel();
        if (!stays_open) commands_.post(command::ShowPanel{panel->title(), false});
    }
}

/// The bar that names the model while it is being opened.
void Workbench::draw_opening(float top) {
    begin_bar("Opening", top, px(k_opening_height));
    label_text(opening_message_, theme().muted);
    end_bar();
}

} // namespace gf::ui
