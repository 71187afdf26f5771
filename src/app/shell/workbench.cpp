#include "app/shell/workbench.h"

#include "app/host/frame_request.h"
#include "app/panels/all_panels.h"
#include "app/shell/keys.h"
#include "app/start/model_paths.h"
#include "app/view/token_labels.h"
#include "app/widgets/motion.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"
#include "core/names.h"
#include "core/site_names.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "session/find_cell.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_top_bar = 44, k_notice_bar = 40;

template <class T>
const T* as(const Command& c) {
    return std::get_if<T>(&c);
}

std::vector<std::string> titles_of(PanelList panels) {
    std::vector<std::string> titles;
    for (const auto& panel : panels) titles.emplace_back(panel->title());
    return titles;
}

} // namespace

Workbench::Workbench(Options o)
    : file_(o.config_folder), keeps_settings_(!o.config_folder.empty()), shows_timing_(o.shows_timing),
      session_(o.mode, std::move(o.wake)), start_page_(std::move(o.models)), panels_(make_panels()),
      arrangement_(titles_of(panels_)) {
    if (keeps_settings_) load();
    ImGuiHost::current().set_look({settings_.theme, settings_.scale}); // no flash of another theme
    session_.post(command::SetSpeed{settings_.speed});
    session_.post(command::SetTraceBudget{settings_.trace_megabytes});
}

Workbench::~Workbench() {
    if (keeps_settings_) save();
}

void Workbench::load() {
    std::string layout_note, layouts_note;
    settings_ = file_.load(note_);
    arrangement_.load(file_, layouts_note);
    const std::string layout = file_.load_layout(layout_note);
    if (!layout.empty() && !arrangement_.book().as_made)
        ImGui::LoadIniSettingsFromMemory(layout.data(), layout.size());
    for (const std::string& other : {layouts_note, layout_note})
        if (note_.empty()) note_ = other;
}

void Workbench::save_settings() {
    if (!keeps_settings_) return;
    try {
        file_.save(settings_);
    } catch (const Error& e) {
        note_ = e.what();
    }
}

void Workbench::save() {
    save_settings();
    if (!keeps_settings_) return;
    try {
        std::size_t size = 0;
        const char* layout = ImGui::SaveIniSettingsToMemory(&size);
        file_.save_layout({layout, size});
        arrangement_.save(file_);
    } catch (const Error& e) {
        note_ = e.what();
    }
}

void Workbench::post(Command command) { commands_.post(std::move(command)); }

void Workbench::settle() {
    for (const Command& c : commands_.take()) carry_out(c);
    follow_layer();
    session_.run_until_idle();
}

/// What the panels show: the session's snapshot; while the encoder of an encoder-decoder is in view, its run
/// in the same form.
const Snapshot& Workbench::in_view() {
    const Snapshot& s = session_.latest();
    if (!s.has_source() || s.model != pinned_model_) selection_.stack = Stack::decoder;
    if (selection_.stack == Stack::decoder) return s;
    if (encoder_.version != s.version || encoder_.model != s.model) encoder_ = encoder_snapshot(s);
    return encoder_;
}

/// A run that is too long to keep everything has the sites of the layer that is unfolded.
void Workbench::follow_layer() {
    const std::string stack = selection_.stack == Stack::encoder ? "encoder" : "decoder";
    const command::ViewLayer wanted{selection_.pinned_head.layer, stack};
    if (wanted.layer == viewed_layer_.layer && stack == viewed_layer_.stack) return;
    session_.post(viewed_layer_ = wanted);
}

/// The window's own commands act here, all others in the session. What is wrong with them becomes the note.
void Workbench::carry_out(const Command& c) {
    pin_in_range(in_view()); // a new model lets go of old pins before this command makes new ones
    try {
        if (carry_out_in_window(c)) return;
    } catch (const Error& e) {
        note_ = e.what();
        return;
    }
    if (const auto* speed = as<command::SetSpeed>(c)) settings_.speed = speed->tokens_per_s;
    if (const auto* budget = as<command::SetTraceBudget>(c)) settings_.trace_megabytes = budget->megabytes;
    if (const auto* open = as<command::Open>(c)) {
        choosing_file_ = false;
        if (!start_page_.was_drawn()) // it does not flash up
            opening_ = "Opening " + shown_name(std::filesystem::path(open->model).filename()) + " …";
    }
    session_.post(c);
}

bool Workbench::carry_out_in_window(const Command& c) {
    if (const auto* theme = as<command::SetTheme>(c))
        settings_.theme = theme_named(theme->theme);
    else if (const auto* scale = as<command::SetScale>(c))
        settings_.scale = std::clamp(static_cast<float>(scale->scale), k_least_scale, k_greatest_scale);
    else if (const auto* motion = as<command::SetMotion>(c))
        settings_.motion = motion->on;
    else if (const auto* head = as<command::PinHead>(c))
        selection_.pinned_head = {head->layer, head->head};
    else if (const auto* token = as<command::PinToken>(c))
        selection_.pinned_token = token->position;
    else if (const auto* cell = as<command::PinCell>(c))
        pin_cell(*cell);
    else if (const auto* asked = as<command::AskValue>(c))
        ask_value(*asked);
    else if (const auto* inspected = as<command::Inspect>(c))
        inspect(inspected->name);
    else if (const auto* operation = as<command::SelectOperation>(c))
        select_operation(operation->name);
    else if (const auto* stack = as<command::ViewStack>(c))
        view_stack(stack_named(stack->stack, "view-stack"));
    else if (const auto* attention = as<command::ViewAttention>(c))
        view_attention(attention->kind);
    else if (const auto* view = as<command::SetView>(c))
        set_view(*view);
    else if (const auto* choose = as<command::ChooseFile>(c))
        choosing_file_ = choose->on && !choosing_file_;
    else if (const auto* find = as<command::Find>(c))
        palette_.open(find->text);
    else if (const auto* help = as<command::ShowHelp>(c))
        help_.open(help->on);
    else if (const auto* layout = as<command::SetLayout>(c)) {
        if (const std::string shown = arrangement_.choose(layout->layout); !shown.empty()) inspect(shown);
    } else if (const auto* saved = as<command::SaveLayout>(c))
        arrangement_.save_as(saved->layout);
    else if (const auto* removed = as<command::DeleteLayout>(c))
        arrangement_.remove(removed->layout);
    else if (const auto* panel = as<command::ShowPanel>(c))
        arrangement_.show(panel->panel, panel->on);
    else
        return false;
    return true;
}

/// Lets go of what is pinned: positions, layers and cells of the other stack are others.
void Workbench::view_stack(Stack stack) {
    if (!session_.latest().has_source())
        throw Error({"view-stack", "a model with an encoder and a decoder", "one of a single stack", ""});
    if (stack == selection_.stack) return;
    selection_.stack = stack;
    selection_.pinned_token = -1;
    selection_.pinned_cell.reset();
    selection_.operation.reset();
    selection_.inspected.clear();
    pin_in_range(in_view());
}

void Workbench::view_attention(const std::string& kind) {
    if (kind != "self" && kind != "cross")
        throw Error({"view-attention", "'self' or 'cross'", "'" + kind + "'", ""});
    if (kind == "cross" && !session_.latest().has_source())
        throw Error({"view-attention", "a decoder that reads a source, for 'cross'",
                     "a model of a single stack", ""});
    if (kind == "cross") view_stack(Stack::decoder);
    selection_.attention = kind == "cross" ? Attention::cross : Attention::self;
}

/// The name without its stack, which comes into view.
std::string Workbench::name_in_view(const std::string& name) {
    const Snapshot& s = session_.latest();
    if (!s.has_source()) return name;
    StackName of = split_stack(*s.model->weights, name);
    if (of.stack) view_stack(*of.stack);
    return of.name;
}

/// A site or parameter in the Inspector, which opens for it; empty: it follows what is in focus.
void Workbench::inspect(const std::string& full_name) {
    const std::string name = name_in_view(full_name);
    const Snapshot& s = in_view();
    if (!name.empty() && s.has_run() && !s.model->weights->find(name)) {
        const SiteRef site = find_site(s.config(), name);
        if (!s.trace().kept(site.site, site.layer) && site.layer >= 0)
            selection_.pinned_head.layer = site.layer;
    }
    selection_.inspected = name;
    if (!name.empty() && !arrangement_.is_open("Inspector")) arrangement_.show("Inspector", true);
}

void Workbench::select_operation(const std::string& full_name) {
    const std::string name = name_in_view(full_name);
    const Snapshot& s = in_view();
    if (name.empty() || !s.has_run()) {
        selection_.operation.reset();
        selection_.inspected.clear();
        return;
    }
    const SiteRef site = find_site(s.config(), name);
    selection_.operation = site;
    selection_.inspected = name;
    if (site.layer >= 0) selection_.pinned_head.layer = site.layer;
}

/// A site's or parameter's cell by its name; what is wrong with it becomes the note.
void Workbench::pin_cell(const command::PinCell& c) {
    selection_.pinned_cell.reset();
    const std::string name = name_in_view(c.name);
    const Snapshot& s = in_view();
    if (name.empty() || !s.has_run()) return;
    try {
        selection_.pinned_cell = find_cell(s.trace(), s.run().rows, name, c.head, c.row, c.column);
    } catch (const Error& e) {
        note_ = e.what();
    }
}

/// Of the cell that is named, which is pinned for it; else of the one in focus.
void Workbench::ask_value(const command::AskValue& c) {
    if (!c.name.empty()) pin_cell({c.name, c.head, c.row, c.column});
    const std::optional<CellRef>& cell = c.name.empty() ? selection_.focus() : selection_.pinned_cell;
    if (cell)
        cell_hands_.ask(*cell, selection_.cell.get() == cell);
    else if (c.name.empty())
        note_ = "Point at a cell or pin it: then its value can be edited.";
}

void Workbench::set_view(const command::SetView& c) {
    const auto nearest = [](std::string_view wanted, const std::vector<std::string>& valid) {
        return "nearest: " + nearest_names(wanted, valid);
    };
    try {
        std::vector<std::string> titles, options;
        for (const auto& panel : panels_) {
            titles.emplace_back(panel->title());
            if (panel->title() != c.panel) continue;
            for (const PanelOption& option : panel->options()) {
                options.emplace_back(option.name);
                if (option.name != c.option) continue;
                const std::vector<std::string> values(option.values.begin(), option.values.end());
                if (!values.empty() && std::find(values.begin(), values.end(), c.value) == values.end())
                    throw Error({"view " + c.panel + " " + c.option, nearest(c.value, values),
                                 "'" + c.value + "'", ""});
                return panel->choose(c.option, c.value);
            }
            throw Error({"view " + c.panel, "an option of the panel; " + nearest(c.option, options),
                         "'" + c.option + "'", ""});
        }
        throw Error({"view", "a panel; " + nearest(c.panel, titles), "'" + c.panel + "'", ""});
    } catch (const Error& e) {
        note_ = e.what();
    }
}

/// Of a new text in which tokens are filled in, the first place for it.
void Workbench::pin_masked(const Snapshot& s) {
    filled_prompt_ = s.prompt;
    const int mask = mask_id(*s.model);
    for (int p = 0; p < s.cursor; ++p)
        if (s.run().token(p) == mask) return void(selection_.pinned_token = p);
}

/// A pin of another model or a longer text does not point into the void.
void Workbench::pin_in_range(const Snapshot& s) {
    if (!s.has_run()) return;
    selection_.pinned_head.layer = std::clamp(selection_.pinned_head.layer, 0, s.config().n_layers - 1);
    selection_.pinned_head.head = std::clamp(selection_.pinned_head.head, 0, s.config().n_heads - 1);
    if (selection_.pinned_token >= s.cursor) selection_.pinned_token = -1;
    if (s.model != pinned_model_) {
        selection_.pinned_cell.reset(), selection_.operation.reset(), selection_.inspected.clear();
        filled_prompt_.reset();
        pinned_model_ = s.model;
    }
    if (s.config().fills_in() && s.cursor > 0 && s.prompt != filled_prompt_) pin_masked(s);
    if (!s.trace().source()) selection_.attention = Attention::self;
    auto& cell = selection_.pinned_cell;
    if (!cell || cell->param >= 0) return;
    const bool has_column = !by_key(cell->site) || cell->column < s.trace().n_keys(cell->site);
    if (cell->row >= s.trace().n_rows(cell->site, s.cursor) || !has_column) cell.reset();
}

void Workbench::name_window(const Snapshot& s) {
    if (s.model == titled_model_ && s.cursor == titled_cursor_) return;
    titled_model_ = s.model;
    titled_cursor_ = s.cursor;
    title_ = s.model
                 ? fmt::format("Glassformer — {} — token {}", escape_invalid_utf8(s.model->name), s.cursor)
                 : "Glassformer";
}

void Workbench::frame() {
    const Stopwatch watch;
    for (const Command& c : commands_.take()) carry_out(c);
    ImGuiHost::current().set_look({settings_.theme, settings_.scale});
    set_motion(settings_.motion);
    const Snapshot& s = session_.latest();
    token_labels().use(s.model);
    const Snapshot& view = in_view();
    pin_in_range(view);
    name_window(s);
    follow_layer();
    if (selection_.turn()) request_frame();
    if (s.model && s.model_path != remembered_) {
        remembered_ = s.model_path;
        if (!start_page_.ships(s.model_path)) {
            settings_.remember({s.model_path, s.tokenizer_path});
            save_settings(); // whatever becomes of this process, the model is among the recent ones
        }
    }
    handle_keys(view, selection_, settings_, keys_are_free_, commands_);
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    begin_bar("Transport", 0, px(k_top_bar));
    transport_.draw(s, arrangement_, panels_, settings_, commands_);
    palette_.draw({view, selection_, arrangement_, panels_, settings_}, commands_);
    cell_hands_.draw(view, selection_, commands_);
    help_.draw();
    end_bar();
    const float top = draw_notice(s, px(k_top_bar));
    if (s.has_run() || !s.message.empty()) opening_.clear();
    if (!opening_.empty()) {
        draw_opening(top);
    } else if (!s.has_run() || choosing_file_) {
        start_page_.draw(top, size.y, settings_.recent,
                         s.message_is_error && s.message_number != dismissed_ ? s.message : "",
                         s.message_is_error, commands_);
    } else {
        const float bottom = size.y - px(FormulaBar::k_height);
        formula_bar_.light(view, selection_);
        draw_panels(s, view, top, bottom);
        formula_bar_.draw(view, selection_, commands_, bottom, {shows_timing_, frame_ms_});
    }
    const double ms = 1e3 * watch.seconds();
    frame_ms_ = frame_ms_ == 0 ? ms : 0.95 * frame_ms_ + 0.05 * ms;
}

void Workbench::draw_panels(const Snapshot& s, const Snapshot& view, float top, float bottom) {
    arrangement_.dock(top, bottom);
    for (const auto& panel : panels_) {
        if (!arrangement_.is_open(panel->title())) continue;
        if (arrangement_.take_focus(panel->title())) ImGui::SetNextWindowFocus();
        bool stays = true;
        if (begin_panel(panel->title(), arrangement_.is_one_stack() ? nullptr : &stays))
            panel->draw(panel->of_the_text() ? s : view, selection_, commands_);
        end_panel();
        if (!stays) commands_.post(command::ShowPanel{panel->title(), false});
    }
}

void Workbench::draw_opening(float top) {
    begin_bar("Opening", top, px(k_notice_bar));
    label_text(opening_, theme().muted);
    end_bar();
}

/// A line with the newest message, if there is one. Returns where the panels begin.
float Workbench::draw_notice(const Snapshot& s, float top) {
    const bool from_session = s.message_number != dismissed_ && !s.message.empty() && s.has_run();
    if (!from_session && note_.empty()) return top;
    begin_bar("Notice", top, px(k_notice_bar));
    const std::string& text = from_session ? s.message : note_;
    if (text != glyphs_of_) ImGuiHost::current().require_glyphs(glyphs_of_ = text);
    const float buttons = px(s.can_truncate ? 230 : 40);
    const ImVec2 at = ImGui::GetCursorScreenPos(),
                 size{std::max(ImGui::GetContentRegionAvail().x - buttons, 1.0f), px(k_control_height)};
    ImGui::Dummy(size);
    put_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + size.x, at.y + size.y}}, font(TextSize::body),
                 from_session && s.message_is_error ? theme().bad_text : theme().text, text);
    tooltip(text);
    ImGui::SameLine();
    ImGui::SetCursorPosX(ImGui::GetWindowWidth() - px(16) - buttons + px(8));
    if (from_session && s.can_truncate) {
        if (push_button("Cut the prompt to fit", 0, Emphasis::primary)) {
            commands_.post(command::SetPrompt{s.refused_prompt, true});
            dismissed_ = s.message_number;
        }
        ImGui::SameLine(0, px(8));
    }
    ImGui::SetCursorPosX(ImGui::GetWindowWidth() - px(16) - px(30));
    if (icon_button("Dismiss", Icon::close)) {
        if (from_session)
            dismissed_ = s.message_number;
        else
            note_.clear();
    }
    end_bar();
    return top + px(k_notice_bar);
}

} // namespace gf::ui
