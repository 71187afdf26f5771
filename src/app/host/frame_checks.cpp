#include "app/host/frame_checks.h"

#include "app/host/imgui_host.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

namespace gf::ui {
namespace {

constexpr float k_rounding = 1.5f; ///< pixels

bool contains(const ImRect& outer, const UiRect& inner) {
    return inner.min.x >= outer.Min.x - k_rounding && inner.max.x <= outer.Max.x + k_rounding &&
           inner.min.y >= outer.Min.y - k_rounding && inner.max.y <= outer.Max.y + k_rounding;
}

std::string words(const UiRect& r) {
    return fmt::format("[{:.0f}, {:.0f}] to [{:.0f}, {:.0f}]", r.min.x, r.min.y, r.max.x, r.max.y);
}

/// All places of a window that a person can scroll to, as far as it is scrolled now.
ImRect scrollable_area(const ImGuiWindow& w) {
    const ImVec2 begin{w.InnerRect.Min.x - w.Scroll.x, w.InnerRect.Min.y - w.Scroll.y};
    return {begin,
            {begin.x + w.InnerRect.GetWidth() + w.ScrollMax.x,
             begin.y + w.InnerRect.GetHeight() + w.ScrollMax.y}};
}

std::string misplaced_item(const ItemRecorder& recorder) {
    for (const UiItem& item : recorder.items()) {
        if (item.label.empty() || item.stack.empty() || !item.owner) continue;
        if (item.owner->Flags & ImGuiWindowFlags_Tooltip)
            continue; // as large as the window at most, and no panel
        const ImRect area = scrollable_area(*item.owner);
        // Tabs and the buttons of a title stand outside of what scrolls.
        if (contains(area, item.rect) || contains(item.owner->Rect(), item.rect)) continue;
        return fmt::format("{}/{} at {} lies outside of what its window scrolls to, {}", item.window,
                           item.label, words(item.rect), words({area.Min, area.Max}));
    }
    return {};
}

std::string misplaced_popup() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImRect display({0, 0}, g.IO.DisplaySize);
    for (const ImGuiPopupData& popup : g.OpenPopupStack) {
        if (!popup.Window || !popup.Window->Active || popup.Window->Hidden) continue;
        const ImRect rect = popup.Window->Rect();
        if (!contains(display, {rect.Min, rect.Max}))
            return fmt::format("the popup {} at {} leaves the window of {:.0f} x {:.0f}", popup.Window->Name,
                               words({rect.Min, rect.Max}), display.Max.x, display.Max.y);
    }
    return {};
}

/// Whether a text has the word "nan", as a number that is none is written where nobody thought of it.
bool has_unmarked_nan(std::string_view text) {
    const auto is_letter = [&](std::size_t at) {
        return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at]));
    };
    for (std::size_t at = text.find("nan"); at != std::string_view::npos; at = text.find("nan", at + 1))
        if (!is_letter(at - 1) && !is_letter(at + 3)) return true;
    return false;
}

std::string nan_text(const ItemRecorder& recorder) {
    for (const UiText& text : recorder.texts())
        if (has_unmarked_nan(text.text)) return fmt::format("{} says '{}'", text.window, text.text);
    return {};
}

std::string shape_nowhere() {
    const ImDrawData* data = ImGui::GetDrawData();
    for (const ImDrawList* list : data->CmdLists)
        for (const ImDrawVert& v : list->VtxBuffer)
            if (!std::isfinite(v.pos.x) || !std::isfinite(v.pos.y))
                return fmt::format("{} draws a shape at [{}, {}]", list->_OwnerName ? list->_OwnerName : "it",
                                   v.pos.x, v.pos.y);
    return {};
}

} // namespace

std::string problem_of_frame(const ImGuiHost& host) {
    for (const std::string& problem :
         {misplaced_popup(), misplaced_item(host.items()), nan_text(host.items()), shape_nowhere()})
        if (!problem.empty()) return problem;
    return {};
}

} // namespace gf::ui
