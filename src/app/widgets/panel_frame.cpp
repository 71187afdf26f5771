#include "app/widgets/panel_frame.h"

#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr ImGuiWindowFlags k_fixed_window = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoDocking |
                                            ImGuiWindowFlags_NoBringToFrontOnFocus;
// Design lengths: between the panels and the edge of their area; beside the title on a tab.
constexpr float k_margin = 8, k_tab_padding = 6;

std::string g_panel_caption;

/// Writes as much of the caption as the line has room for; a tooltip has all of it. Returns where it ends.
float draw_caption(const UiRect& line) {
    ImFont* f = font(TextSize::small, Face::bold);
    const float wanted = std::ceil(measure(f, g_panel_caption).x),
                width = std::min(wanted, std::max(line.width(), 0.0f));
    const UiRect box{line.min, {line.min.x + width, line.max.y}};
    std::string_view words = g_panel_caption;
    if (wanted > width) words = words.substr(0, words.find(':')); // the run's name, without its model
    draw_text_cut(*ImGui::GetWindowDrawList(), box, f, theme().accent_text, words);
    if (width < wanted && ImGui::IsMouseHoveringRect(box.min, box.max) && ImGui::IsWindowHovered())
        tooltip(g_panel_caption);
    return box.max.x;
}

/// The longest beginning of a subtitle that fits into `room` pixels and ends where one of its parts ends.
std::string_view parts_that_fit(ImFont* face, std::string_view text, float room) {
    while (!text.empty() && measure(face, text).x > room) {
        std::size_t end = std::string_view::npos;
        for (const std::string_view separator : {"; ", " (", ", ", " "})
            if (end = text.rfind(separator); end != std::string_view::npos) break;
        text = text.substr(0, end == std::string_view::npos ? 0 : end);
    }
    return text;
}

/// Lets a panel be moved by its title, as panels in a stack are by their tabs.
void move_by_title(const UiRect& title) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (!window->DockNode) return;
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos(title.min);
    ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true); // the keyboard has the menu of layouts instead
    ImGui::InvisibleButton("move", title.size());
    ImGui::PopItemFlag();
    if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left))
        ImGui::StartMouseMovingWindowOrNode(window, window->DockNode, true);
    ImGui::SetCursorScreenPos(cursor);
}

} // namespace

void begin_bar(const char* name, float top, float height) {
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({ImGui::GetIO().DisplaySize.x, height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                        {px(16), std::max(0.0f, std::floor((height - px(k_control_height)) / 2))});
    ImGui::Begin(name, nullptr, k_fixed_window | ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(4); // so that popups and tooltips made in the bar look as elsewhere
    ImGui::GetWindowDrawList()->AddRectFilled({0, top + height - px(1)},
                                              {ImGui::GetIO().DisplaySize.x, top + height}, theme().border);
}

void end_bar() { ImGui::End(); }

ImGuiID panel_dock(const char* name, float top, float bottom) {
    const ImU32 ground = theme().ground;
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({ImGui::GetIO().DisplaySize.x, bottom - top});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(k_margin), px(k_margin)});
    // Dear ImGui paints the gaps between docked windows with these.
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ground);
    ImGui::PushStyleColor(ImGuiCol_Border, ground);
    ImGui::Begin(name, nullptr, k_fixed_window | ImGuiWindowFlags_NoNavFocus);
    const ImGuiID dock = ImGui::GetID("panels");
    ImGuiDockNodeFlags flags = ImGuiDockNodeFlags_AutoHideTabBar;
    flags |= ImGuiDockNodeFlags_NoWindowMenuButton; // one of ImGui's internal flags, as the next
    flags |= ImGuiDockNodeFlags_NoCloseButton;      // it would close all tabs; each tab has its own
    // Narrow tabs, so that four titles have room beside each other.
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {px(k_tab_padding), ImGui::GetStyle().FramePadding.y});
    ImGui::DockSpace(dock, {0, 0}, flags);
    ImGui::PopStyleVar();
    ImGui::End();
    ImGui::PopStyleColor(2);
    ImGui::PopStyleVar(3);
    return dock;
}

float strip_end(float top, float inner) { return top + inner + px(k_margin); }

UiRect begin_strip(const char* name, float top, float inner) {
    begin_bar(name, top, strip_end(top, inner) - top);
    const float margin = px(k_margin), above = margin / 2;
    const UiRect strip{{margin, top + above}, {ImGui::GetIO().DisplaySize.x - margin, top + above + inner}};
    draw_fill(*ImGui::GetWindowDrawList(), strip, theme().note_tint, px(8));
    return strip;
}

bool begin_panel(const char* name, bool* open) {
    const Theme& t = theme();
    ImGui::PushStyleColor(ImGuiCol_WindowBg, t.ground); // shows at the card's corners
    // Dear ImGui draws a triangle that brings a hidden tab bar back. In the ground's colour it is seen only
    // while the mouse is on it.
    for (const ImGuiCol place : {ImGuiCol_Button, ImGuiCol_ButtonActive})
        ImGui::PushStyleColor(place, t.ground);
    const bool visible = ImGui::Begin(name, open, ImGuiWindowFlags_NoCollapse);
    ImGui::PopStyleColor(3);
    if (!visible) return false;
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    ImDrawList& list = *window->DrawList;
    ImRect card = window->Rect();
    card.Min.y += window->TitleBarHeight; // the tab bar, if there is one
    list.PushClipRect(card.Min, card.Max);
    list.AddRectFilled(card.Min, card.Max, t.panel, px(8));
    list.AddRect(card.Min, card.Max, t.border, px(8), 0, px(1));
    list.PopClipRect();
    return true;
}

void end_panel() { ImGui::End(); }

bool is_behind_tabs() {
    const ImGuiDockNode* node = ImGui::GetCurrentWindow()->DockNode;
    return node && node->Windows.Size > 1;
}

int n_tabs_of(const char* title) {
    const ImGuiWindow* window = ImGui::FindWindowByName(title);
    return window && window->DockNode ? window->DockNode->Windows.Size : 0;
}

std::optional<UiRect> panel_rect(const char* title) {
    const ImGuiWindow* window = ImGui::FindWindowByName(title);
    if (!window) return std::nullopt;
    return UiRect{window->Pos, {window->Pos.x + window->Size.x, window->Pos.y + window->Size.y}};
}

void set_panel_caption(std::string caption) { g_panel_caption = std::move(caption); }

const std::string& panel_caption() { return g_panel_caption; }

void panel_caption_line() {
    if (g_panel_caption.empty()) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + available_width(), at.y + font(TextSize::small)->FontSize}};
    ImGui::Dummy(line.size());
    draw_caption(line);
}

void panel_header(std::string_view title, std::string_view subtitle, float reserved) {
    ImFont* bold = font(TextSize::body, Face::bold);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + available_width(), at.y + bold->FontSize}};
    ImGui::Dummy(line.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float left = at.x;
    // Where there is no room for both, the words that say which run this is matter more than the title.
    const float caption = measure(font(TextSize::small, Face::bold), g_panel_caption).x;
    const bool has_room =
        g_panel_caption.empty() || measure(bold, title).x + px(10) + caption + reserved <= line.width();
    if (!is_behind_tabs() && has_room) {
        const float width = measure(bold, title).x;
        draw_text(list, line, at.x, bold, theme().text, title);
        move_by_title({at, {at.x + width, line.max.y}});
        left = std::floor(at.x + width + px(10));
    }
    if (!g_panel_caption.empty())
        left = draw_caption({{left, line.min.y}, {line.max.x - reserved, line.max.y}}) + px(10);
    ImFont* body = font(TextSize::body);
    const std::string_view shown = parts_that_fit(body, subtitle, line.max.x - reserved - left);
    if (!shown.empty()) draw_text(list, line, left, body, theme().muted, shown);
    if (shown.size() < subtitle.size() &&
        ImGui::IsMouseHoveringRect({left, line.min.y}, {line.max.x - reserved, line.max.y}) &&
        ImGui::IsWindowHovered())
        tooltip(subtitle);
}

} // namespace gf::ui
