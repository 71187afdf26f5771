#include "app/workbench.h"

#include "app/motion.h"
#include "app/panel_frame.h"
#include "app/token_labels.h"
#include "app/widget_parts.h"
#include "app/widgets.h"
#include "app/window.h"
#include "core/error.h"
#include "core/names.h"
#include "text/utf8.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>

namespace gf {
namespace {

constexpr float k_top_bar = 44, k_status_bar = 28, k_notice_bar = 40;

template <class T>
const T* as(const Command& c) {
    return std::get_if<T>(&c);
}

} // namespace

std::vector<std::unique_ptr<Panel>> make_panels() {
    std::vector<std::unique_ptr<Panel>> panels;
    panels.push_back(make_outline_panel());
    panels.push_back(make_flow_panel());
    panels.push_back(make_sampling_panel());
    panels.push_back(make_heads_panel());
    panels.push_back(make_head_panel());
    panels.push_back(make_inspector_panel());
    panels.push_back(make_text_panel());
    return panels;
}

Workbench::Workbench(Options o)
    : file_(o.config_folder), keeps_settings_(!o.config_folder.empty()), shows_timing_(o.shows_timing),
      session_(o.mode, std::move(o.wake)), panels_(make_panels()) {
    if (keeps_settings_) load();
    ImGuiHost::current().set_look({settings_.theme, settings_.scale}); // no flash of another theme
    session_.post(command::SetSpeed{settings_.speed});
}

Workbench::~Workbench() {
    if (keeps_settings_) save();
}

void Workbench::load() {
    std::string layout_note;
    settings_ = file_.load(note_);
    const std::string layout = file_.load_layout(layout_note);
    if (!layout.empty()) ImGui::LoadIniSettingsFromMemory(layout.data(), layout.size());
    if (note_.empty()) note_ = layout_note;
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
    } catch (const Error& e) {
        note_ = e.what();
    }
}

void Workbench::post(Command command) { commands_.post(std::move(command)); }

void Workbench::settle() {
    for (const Command& c : commands_.take()) carry_out(c);
    session_.run_until_idle();
}

/// The window's own commands act here, all others in the session.
void Workbench::carry_out(const Command& c) {
    if (const auto* theme = as<command::SetTheme>(c)) {
        try {
            settings_.theme = theme_named(theme->theme);
        } catch (const Error& e) {
            note_ = e.what();
        }
    } else if (const auto* scale = as<command::SetScale>(c)) {
        settings_.scale = std::clamp(static_cast<float>(scale->scale), k_least_scale, k_greatest_scale);
    } else if (const auto* head = as<command::PinHead>(c)) {
        selection_.pinned_head = {head->layer, head->head};
    } else if (const auto* token = as<command::PinToken>(c)) {
        selection_.pinned_token = token->position;
    } else if (const auto* cell = as<command::PinCell>(c)) {
        pin_cell(*cell);
    } else if (const auto* inspect = as<command::Inspect>(c)) {
        selection_.inspected = inspect->name;
    } else if (const auto* view = as<command::SetView>(c)) {
        set_view(*view);
    } else {
        if (const auto* speed = as<command::SetSpeed>(c)) settings_.speed = speed->tokens_per_s;
        if (as<command::Open>(c)) choosing_file_ = false;
        session_.post(c);
    }
}

/// A site's or parameter's cell by its name; what is wrong with it becomes the note.
void Workbench::pin_cell(const command::PinCell& c) {
    const Snapshot& s = session_.latest();
    selection_.pinned_cell.reset();
    if (c.name.empty() || !s.has_run()) return;
    try {
        CellRef cell{0, Site::resid_pre, -1, c.head, c.row, c.column};
        int heads = 1, rows = s.run().rows, columns = 0;
        if (const ParamRow* param = s.model->weights->find(c.name)) {
            cell.param = static_cast<int>(param - s.model->weights->table.data());
            rows = param->shape.size() > 1 ? param->shape[0] : 1;
            columns = param->shape.back();
        } else {
            const SiteRef site = find_site(s.config(), c.name);
            cell.site = site.site;
            cell.layer = site.layer;
            heads = site_heads(s.config(), site.site);
            columns = site_width(s.config(), site.site, s.trace().n_keys()) / heads;
        }
        const auto require = [&](int value, int most, const char* what) {
            if (value < 0 || value >= most)
                throw Error({c.name, fmt::format("{} 0 to {}", what, most - 1), std::to_string(value), ""});
        };
        require(c.row, rows, "rows");
        require(c.column, columns, "columns");
        if (heads > 1)
            require(c.head, heads, "heads");
        else
            cell.head = -1;
        selection_.pinned_cell = cell;
    } catch (const Error& e) {
        note_ = e.what();
    }
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
                    throw Error({"view " + c.panel + " " + c.option, nearest(c.value, values), "'" + c.value + "'", ""});
                return panel->choose(c.option, c.value);
            }
            throw Error({"view " + c.panel, "an option of the panel; " + nearest(c.option, options), "'" + c.option + "'", ""});
        }
        throw Error({"view", "a panel; " + nearest(c.panel, titles), "'" + c.panel + "'", ""});
    } catch (const Error& e) {
        note_ = e.what();
    }
}

/// A pin of another model or a longer text does not point into the void.
void Workbench::pin_in_range(const Snapshot& s) {
    if (!s.has_run()) return;
    selection_.pinned_head.layer = std::clamp(selection_.pinned_head.layer, 0, s.config().n_layers - 1);
    selection_.pinned_head.head = std::clamp(selection_.pinned_head.head, 0, s.config().n_heads - 1);
    if (selection_.pinned_token >= s.cursor) selection_.pinned_token = -1;
    if (s.model != pinned_model_) selection_.pinned_cell.reset(), selection_.operation.reset(), selection_.inspected.clear();
    pinned_model_ = s.model;
    auto& cell = selection_.pinned_cell;
    const bool has_keys = cell && (cell->site == Site::attn_scores || cell->site == Site::pattern);
    if (cell && cell->param < 0 && (cell->row >= s.cursor || (has_keys && cell->column >= s.trace().n_keys()))) cell.reset();
}

void Workbench::name_window(const Snapshot& s) {
    if (s.model == titled_model_ && s.cursor == titled_cursor_) return;
    titled_model_ = s.model;
    titled_cursor_ = s.cursor;
    title_ = s.model ? fmt::format("Glassformer — {} — token {}", escape_invalid_utf8(s.model->name), s.cursor) : "Glassformer";
}

void Workbench::frame() {
    const auto begin = std::chrono::steady_clock::now();
    for (const Command& c : commands_.take()) carry_out(c);
    ImGuiHost::current().set_look({settings_.theme, settings_.scale});
    set_motion(settings_.motion);
    const Snapshot& s = session_.latest();
    token_labels().use(s.model);
    pin_in_range(s);
    name_window(s);
    if (selection_.turn()) request_frame();
    if (s.model && s.model_path != remembered_) {
        remembered_ = s.model_path;
        settings_.remember({s.model_path, s.tokenizer_path});
        save_settings(); // whatever becomes of this process, the model is among the recent ones
    }
    keys(s);
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    begin_bar("Transport", 0, px(k_top_bar));
    transport_.draw(s, commands_, settings_);
    end_bar();
    if (transport_.take_open_file()) choosing_file_ = !choosing_file_;
    reset_layout_ |= transport_.take_reset_layout();
    const float top = draw_notice(s, px(k_top_bar)), bottom = size.y - px(k_status_bar);
    if (!s.has_run() || choosing_file_) {
        start_page_.draw(top, bottom, settings_, s.message_is_error && s.message_number != dismissed_ ? s.message : "",
                         s.message_is_error, commands_);
    } else {
        draw_panels(s, top, bottom);
    }
    draw_status(s, bottom, px(k_status_bar));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    frame_ms_ = frame_ms_ == 0 ? took.count() : 0.95 * frame_ms_ + 0.05 * took.count();
}

void Workbench::draw_panels(const Snapshot& s, float top, float bottom) {
    const ImGuiID dock = panel_dock("Workbench", top, bottom);
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    if (std::exchange(reset_layout_, false) || !node || node->IsEmpty()) lay_out(dock);
    for (const auto& panel : panels_) {
        if (begin_panel(panel->title())) panel->draw(s, selection_, commands_);
        end_panel();
    }
}

/// The default layout, as visual-language.md draws it.
void Workbench::lay_out(ImGuiID dock) {
    ImGui::DockBuilderRemoveNodeChildNodes(dock);
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::DockBuilderSetNodeSize(dock, {size.x, size.y - px(k_top_bar + k_status_bar)});
    ImGuiID rest = dock, upper = 0, text = 0, lower = 0, left = 0, right = 0, lower_right = 0, head = 0;
    ImGui::DockBuilderSplitNode(rest, ImGuiDir_Down, 0.09f, &text, &rest);
    ImGui::DockBuilderSplitNode(rest, ImGuiDir_Down, 0.3f, &lower, &upper);
    ImGui::DockBuilderSplitNode(upper, ImGuiDir_Left, 0.135f, &left, &upper);
    ImGui::DockBuilderSplitNode(upper, ImGuiDir_Right, 0.235f, &right, &upper);
    ImGui::DockBuilderSplitNode(lower, ImGuiDir_Right, 0.2f, &lower_right, &lower);
    ImGui::DockBuilderSplitNode(lower, ImGuiDir_Right, 0.48f, &head, &lower);
    ImGui::DockBuilderDockWindow("Outline", left);
    ImGui::DockBuilderDockWindow("Flow", upper);
    ImGui::DockBuilderDockWindow("Sampling", right);
    ImGui::DockBuilderDockWindow("Heads", lower);
    ImGui::DockBuilderDockWindow("Head", head);
    ImGui::DockBuilderDockWindow("Inspector", lower_right);
    ImGui::DockBuilderDockWindow("Text", text);
    ImGui::DockBuilderFinish(dock);
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

void Workbench::draw_status(const Snapshot& s, float top, float height) {
    begin_bar("Status", top, height);
    ImFont* f = font(TextSize::small);
    const auto width_of = [&](const char* text) { return f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, text).x; };
    status_.clear();
    if (s.has_run()) {
        auto out = std::back_inserter(status_);
        if (shows_timing_) fmt::format_to(out, "tokens/s {:.0f}    frame {:.1f} ms    ", s.tokens_per_s, frame_ms_);
        fmt::format_to(out, "trace {:.1f} MB", static_cast<double>(s.trace().bytes()) * 1e-6);
    }
    // The keys where there is room for them.
    const float right = ImGui::GetWindowWidth() - px(16) - width_of(status_.c_str());
    constexpr const char* k_keys = "Space: play   ←→: token   H J: head   1–9: layer   Ctrl+Z: undo   Ctrl+wheel: size";
    if (px(16) + width_of(k_keys) + px(24) < right) {
        ImGui::SetCursorPosY(0);
        label_text(k_keys, theme().muted, TextSize::small);
    }
    ImGui::SetCursorPos({right, 0});
    label_text(status_, theme().muted, TextSize::small);
    end_bar();
}

void Workbench::keys(const Snapshot& s) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.KeyCtrl && io.MouseWheel != 0)
        commands_.post(command::SetScale{settings_.scale * (io.MouseWheel > 0 ? 1.1 : 1 / 1.1)});
    const auto pressed = [](ImGuiKeyChord chord) { return ImGui::IsKeyChordPressed(chord); };
    if (pressed(ImGuiMod_Ctrl | ImGuiKey_0)) commands_.post(command::SetScale{1});
    if (keyboard_is_taken() || !s.has_run()) return;
    if (pressed(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z))
        commands_.post(command::Redo{});
    else if (pressed(ImGuiMod_Ctrl | ImGuiKey_Z))
        commands_.post(command::Undo{});
    if (pressed(ImGuiMod_Ctrl | ImGuiKey_O)) choosing_file_ = !choosing_file_;
    if (io.KeyCtrl || io.KeyAlt) return;
    if (ImGui::IsKeyPressed(ImGuiKey_Escape)) choosing_file_ = false;
    if (ImGui::IsKeyPressed(ImGuiKey_Space, false))
        s.playing ? commands_.post(command::Pause{}) : commands_.post(command::Play{});
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow)) commands_.post(command::Step{1});
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow)) commands_.post(command::Step{-1});
    if (ImGui::IsKeyPressed(ImGuiKey_Home)) commands_.post(command::Jump{1});
    if (ImGui::IsKeyPressed(ImGuiKey_End)) commands_.post(command::Jump{s.run().rows});
    const HeadRef at = selection_.pinned_head;
    const int n = s.config().n_heads;
    if (ImGui::IsKeyPressed(ImGuiKey_H)) commands_.post(command::PinHead{at.layer, (at.head + n - 1) % n});
    if (ImGui::IsKeyPressed(ImGuiKey_J)) commands_.post(command::PinHead{at.layer, (at.head + 1) % n});
    for (int i = 0; i < std::min(9, s.config().n_layers); ++i)
        if (ImGui::IsKeyPressed(static_cast<ImGuiKey>(ImGuiKey_1 + i), false)) commands_.post(command::PinHead{i, at.head});
}

} // namespace gf
