#include "app/shell/window_menu.h"

#include "app/view/cell_popups.h"
#include "app/view/key_bindings.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace gf::ui {
namespace {

constexpr float k_column_width = 348; ///< design length
constexpr std::array k_scales = {0.75, 1.0, 1.25, 1.5, 2.0, 3.0};
constexpr std::array k_scale_labels = {"75 %", "100 %", "125 %", "150 %", "200 %", "300 %"};
constexpr std::array k_theme_labels = {"light", "dark", "projector"};
constexpr std::array k_budgets = {256.0, 1024.0, 4096.0, 16384.0};
constexpr std::array k_budget_labels = {"256 MB", "1 GB", "4 GB", "16 GB"};
constexpr const char *k_popup_name = "window menu", *k_view_popup = "view menu";
// Design lengths: between the buttons; of what stands beside a panel's title.
constexpr float k_gap = 4, k_beside_title = 44;
constexpr QuietButton k_view_button{"View", {}, true};

/// A row that does something and closes the menu. Returns true when it was pressed and `is_possible`.
bool action_row(const char* name, const char* keys, float width, bool is_possible = true) {
    ImGui::BeginDisabled(!is_possible);
    const bool pressed = menu_row(name, {.text = name, .right = keys}, width);
    ImGui::EndDisabled();
    if (pressed) ImGui::CloseCurrentPopup();
    return pressed && is_possible;
}

/// A segmented control below a heading. Returns true when the choice changed.
bool indented_segments(const char* name, int& choice, std::span<const char* const> options) {
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
    return segmented_control(name, choice, options);
}

QuietButton layout_button(const PanelArrangement& arrangement, MenuRoom room) {
    if (room == MenuRoom::arrow) return {"", Icon::chevron_down, false};
    return {arrangement.book().current, {}, true};
}

} // namespace

float WindowMenu::width(const PanelArrangement& arrangement, MenuRoom room) const {
    const float layout = quiet_button_width(layout_button(arrangement, room));
    return room == MenuRoom::both ? quiet_button_width(k_view_button) + px(k_gap) + layout : layout;
}

void WindowMenu::draw(const Snapshot& s, const PanelArrangement& arrangement, PanelList panels,
                      const Settings& settings, MenuRoom room, Commands& commands) {
    const bool has_room = room == MenuRoom::both;
    if (has_room) {
        if (quiet_button("View", k_view_button, "Theme, size, panels")) ImGui::OpenPopup(k_view_popup);
        beside_view_ = region_of_last_item();
        ImGui::SameLine(0, px(k_gap));
    }
    draw_view_menu(arrangement, panels, settings, commands);
    if (quiet_button("Layout", layout_button(arrangement, room),
                     has_room ? "Layouts, and what the program can do" : "Layouts, panels, looks"))
        ImGui::OpenPopup(k_popup_name);
    if (!begin_popup_beside(k_popup_name, region_of_last_item())) return;
    const bool two_columns = ImGui::GetIO().DisplaySize.x >= px(2 * k_column_width + 64);
    const float width = popup_width(k_column_width);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    ImGui::BeginGroup();
    draw_layouts(arrangement, commands, width);
    if (!has_room) draw_panels(arrangement, panels, commands, width);
    ImGui::EndGroup();
    if (two_columns) ImGui::SameLine(0, px(24));
    ImGui::BeginGroup();
    if (!has_room) draw_looks(settings, commands);
    draw_program(s, commands, width);
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    ImGui::EndPopup();
}

/// Themes, sizes and panels. The menu stays open when a larger size leaves its button no room.
void WindowMenu::draw_view_menu(const PanelArrangement& arrangement, PanelList panels,
                                const Settings& settings, Commands& commands) {
    if (!begin_popup_beside(k_view_popup, beside_view_)) return;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    draw_looks(settings, commands);
    draw_panels(arrangement, panels, commands, popup_width(k_column_width));
    ImGui::PopStyleVar();
    ImGui::EndPopup();
}

void WindowMenu::draw_layouts(const PanelArrangement& arrangement, Commands& commands, float width) {
    menu_heading("Layout");
    const LayoutBook& book = arrangement.book();
    const auto draw_row = [&](const Layout& layout, bool can_be_deleted) {
        ImGui::PushID(layout.name.c_str());
        const float delete_width = can_be_deleted ? px(k_control_height + 4) : 0;
        if (menu_row(layout.name.c_str(), {.text = layout.name, .chosen = layout.name == book.current},
                     width - delete_width)) {
            commands.post(command::SetLayout{layout.name});
            ImGui::CloseCurrentPopup();
        }
        if (can_be_deleted) {
            ImGui::SameLine(0, px(4));
            const std::string delete_name = "delete " + layout.name;
            if (quiet_button(delete_name.c_str(), {"", Icon::close}, delete_name.c_str()))
                commands.post(command::DeleteLayout{layout.name});
        }
        ImGui::PopID();
    };
    for (const Layout& layout : standard_layouts()) draw_row(layout, false);
    for (const Layout& layout : book.saved) draw_row(layout, true);
    if (menu_row("Reset the layout", {.text = "Reset the layout", .chosen = false}, width)) {
        commands.post(command::SetLayout{book.current});
        ImGui::CloseCurrentPopup();
    }
    ImGui::Dummy({0, px(4)});
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
    if (text_field("Save as", layout_name_, "Save the present layout as …", width - px(8),
                   ImGuiInputTextFlags_EnterReturnsTrue)) {
        if (!layout_name_.empty()) commands.post(command::SaveLayout{layout_name_});
        layout_name_.clear();
        ImGui::CloseCurrentPopup();
    }
    ImGui::Dummy({0, px(12)});
}

void WindowMenu::draw_panels(const PanelArrangement& arrangement, PanelList panels, Commands& commands,
                             float width) {
    menu_heading("Panels");
    float titles = 0; // what each panel is for begins behind the longest title
    for (const auto& panel : panels)
        titles = std::max(titles, measure(font(TextSize::body), panel->title()).x);
    for (const auto& panel : panels) {
        const bool open = arrangement.is_open(panel->title());
        if (menu_row(panel->title(),
                     {.text = panel->title(),
                      .detail = panel->about(),
                      .chosen = open,
                      .detail_from = titles + px(k_beside_title)},
                     width))
            commands.post(command::ShowPanel{panel->title(), !open});
        tooltip(panel->about());
    }
}

void WindowMenu::draw_looks(const Settings& settings, Commands& commands) {
    menu_heading("Theme");
    int theme_choice = static_cast<int>(settings.theme);
    if (indented_segments("theme", theme_choice, k_theme_labels))
        commands.post(command::SetTheme{k_theme_labels[static_cast<std::size_t>(theme_choice)]});
    ImGui::Dummy({0, px(12)});
    menu_heading("Size   Ctrl+wheel, Ctrl+0");
    int scale_choice = -1; // a scale between the offered ones chooses none
    for (std::size_t i = 0; i < k_scales.size(); ++i)
        if (std::abs(static_cast<double>(settings.scale) - k_scales[i]) < 0.01)
            scale_choice = static_cast<int>(i);
    if (indented_segments("size", scale_choice, k_scale_labels))
        commands.post(command::SetScale{k_scales[static_cast<std::size_t>(scale_choice)]});
    ImGui::Dummy({0, px(12)});
    menu_heading("Memory for a run, from the next prompt on");
    int budget_choice = -1;
    for (std::size_t i = 0; i < k_budgets.size(); ++i)
        if (settings.trace_megabytes == k_budgets[i]) budget_choice = static_cast<int>(i);
    if (indented_segments("trace budget", budget_choice, k_budget_labels))
        commands.post(command::SetTraceBudget{k_budgets[static_cast<std::size_t>(budget_choice)]});
    ImGui::Dummy({0, px(12)});
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
    bool motion = settings.motion;
    if (toggle("things glide to their places", motion)) commands.post(command::SetMotion{motion});
    ImGui::Dummy({0, px(12)});
}

void WindowMenu::draw_program(const Snapshot& s, Commands& commands, float width) {
    menu_heading("Program");
    if (action_row("Find anything …", binding_of(KeyAction::find).keys, width))
        commands.post(command::Find{});
    if (action_row("Keys and gestures", binding_of(KeyAction::help).keys, width))
        commands.post(command::ShowHelp{});
    if (s.has_run() && action_row("Edit the value in focus …", binding_of(KeyAction::edit_value).keys, width))
        commands.post(command::AskValue{});
    if (s.has_run() && s.n_edits() > 0) draw_edit_menu_rows(s, width, commands);
    if (s.has_run() && action_row("Undo", binding_of(KeyAction::undo).keys, width, s.can_undo))
        commands.post(command::Undo{});
    if (s.has_run() && action_row("Redo", binding_of(KeyAction::redo).keys, width, s.can_redo))
        commands.post(command::Redo{});
    if (s.model && action_row("Models …", binding_of(KeyAction::choose_file).keys, width))
        commands.post(command::ChooseFile{});
}

} // namespace gf::ui
