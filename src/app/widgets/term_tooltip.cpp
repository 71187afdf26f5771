#include "app/widgets/term_tooltip.h"

#include "app/widgets/linked_text.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/rich_text.h"
#include "app/widgets/widget_parts.h"

#include <imgui_internal.h>

#include <algorithm>
#include <string>
#include <utility>

namespace gf::ui {
namespace {

constexpr const char* k_window = "##Tooltip_term";
constexpr float k_tip_width = 340, k_tip_gap = 6, k_band = 6; ///< design lengths

/// The tooltip that is on screen.
struct ShownTip {
    ImGuiID item = 0; ///< the item that it explains
    int frame = -1;   ///< ImGui's number of the last frame that showed it
    UiRect reach;     ///< the mouse may go here without losing it: the tip, and the way to it
    const Term* term = nullptr;
    const ImGuiContext* context = nullptr; ///< the one that counts these frames
    bool has_mouse = false;                ///< the mouse is on the tip
    std::string text;                      ///< all that it says, as it was last written
};
ShownTip g_tip;
const Term* g_asked = nullptr;

bool is_shown(const ShownTip& tip) {
    const int age = ImGui::GetFrameCount() - tip.frame; // negative: of a window that is gone
    return tip.context == ImGui::GetCurrentContext() && (age == 0 || age == 1);
}

/// Where the tip goes, and whether the mouse can go there.
struct TipPlace {
    ImVec2 at, pivot;
    bool is_in_reach = false;
};

/// To the left or right of the window that the item stands in. Where that window leaves no room, above or
/// below the item.
TipPlace place_beside(const UiRect& item, const ImGuiWindow& window) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float needed = px(k_tip_width + 2 * k_tip_gap);
    const bool is_low = item.center().y > display.y / 2;
    const float y = is_low ? item.max.y : item.min.y, pivot_y = is_low ? 1.0f : 0.0f;
    const float right = window.Pos.x + window.Size.x;
    const bool fits_left = window.Pos.x >= needed, fits_right = display.x - right >= needed;
    const bool is_nearer_right = item.center().x > (window.Pos.x + right) / 2;
    if (fits_right && (is_nearer_right || !fits_left))
        return {{right + px(k_tip_gap), y}, {0, pivot_y}, true};
    if (fits_left) return {{window.Pos.x - px(k_tip_gap), y}, {1, pivot_y}, true};
    const float x = std::max(std::min(item.min.x, display.x - needed), 0.0f);
    return {{x, is_low ? item.min.y - px(k_tip_gap) : item.max.y + px(k_tip_gap)}, {0, pivot_y}, false};
}

/// The rectangle around both, no higher than the item and a little more between them.
UiRect way_between(const UiRect& item, const UiRect& tip) {
    return {{std::min(item.min.x, tip.min.x), item.min.y - px(k_band)},
            {std::max(item.max.x, tip.max.x), item.max.y + px(k_band)}};
}

/// Writes the lines of the tip, and records them as one text.
void write_tip(const Term& t, std::string_view details) {
    const Theme& colours = theme();
    const float width = px(k_tip_width - 20);
    g_tip.text.assign(t.plain);
    for (const std::string_view part : {t.formula, details})
        if (!part.empty()) g_tip.text.append("\n").append(part);
    ImGuiHost::current().require_glyphs(g_tip.text);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    record_text(font(TextSize::body), at, g_tip.text);
    wrapped_text(t.plain, width, colours.text, TextSize::body);
    if (!t.formula.empty()) {
        ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width);
        text_line(t.formula, colours.accent_text, TextSize::small, Face::mono);
        ImGui::PopTextWrapPos();
    }
    if (!details.empty()) wrapped_text(details, width, colours.muted, TextSize::small);
}

} // namespace

void ask_for_term(const Term& term) { g_asked = &term; }
const Term* take_asked_term() { return std::exchange(g_asked, nullptr); }
const Term* term_at_hand() { return is_shown(g_tip) ? g_tip.term : nullptr; }

bool shows_term_tooltip() {
    const ImGuiID id = ImGui::GetItemID();
    if (g_tip.item != id && g_tip.frame == ImGui::GetFrameCount()) { // one at a time: the next frame is ours
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) g_tip.reach = {};
        return false;
    }
    const bool holds = id != 0 && g_tip.item == id && is_shown(g_tip) &&
                       g_tip.reach.contains(ImGui::GetMousePos()) &&
                       (g_tip.has_mouse || !ImGui::IsAnyItemActive());
    return holds || ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip);
}

void term_tooltip(const Term& t, std::string_view details) {
    if (!shows_term_tooltip()) return;
    const ImGuiID id = ImGui::GetItemID();
    const UiRect item{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
    const TipPlace place = place_beside(item, *ImGui::GetCurrentWindow()->RootWindow);
    ImGui::SetNextWindowPos(place.at, ImGuiCond_Always, place.pivot);
    ImGui::SetNextWindowSize({px(k_tip_width), 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(10), px(8)});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, px(4)});
    constexpr int k_flags = ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                            ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings |
                            ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav |
                            ImGuiWindowFlags_NoDocking;
    ImGui::Begin(k_window, nullptr, k_flags | (place.is_in_reach ? 0 : ImGuiWindowFlags_NoInputs));
    write_tip(t, details);
    label_text("F1: ", theme().muted, TextSize::small);
    ImGui::SameLine(0, 0);
    term_link(t.name.data(), t);
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    ImGui::End();
    ImGui::PopStyleVar(2);
    const UiRect tip{at, {at.x + size.x, at.y + size.y}};
    g_tip.item = id;
    g_tip.frame = ImGui::GetFrameCount();
    g_tip.term = &t;
    g_tip.context = ImGui::GetCurrentContext();
    g_tip.has_mouse = place.is_in_reach && tip.contains(ImGui::GetMousePos());
    g_tip.reach = !place.is_in_reach ? UiRect{} : g_tip.has_mouse ? tip : way_between(item, tip);
}

void term_link(const char* label, const Term& t) {
    ImFont* face = font(TextSize::small);
    const ButtonItem item = button_item(label, {measure(face, shown_text(label)).x, px(k_control_height)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = item.hovered ? theme().accent_text : theme().text;
    draw_text(list, item.box, item.box.min.x, face, ink, shown_text(label));
    draw_underline(list, item.box.min.x, item.box.max.x, item.box.center().y + face->FontSize / 2, ink);
    draw_focus_ring(item, px(3));
    if (item.pressed) ask_for_term(t);
}

} // namespace gf::ui
