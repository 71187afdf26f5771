#include "app/widgets/text_field.h"

#include "app/widgets/widget_parts.h"

#include <imgui_internal.h>
#include <misc/cpp/imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace gf::ui {
namespace {

/// If the text is wider than the field that was just made, draws a fade and an ellipsis over its right end.
void fade_overflow(std::string_view text) {
    ImFont* f = ImGui::GetFont();
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    const float padding = px(10), right = max.x - padding;
    const char *end = text.data() + text.size(), *rest = end; // rest: what does not fit
    f->CalcTextSizeA(f->FontSize, right - min.x - padding, 0, text.data(), end, &rest);
    if (rest == end) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ground = theme().panel, clear = with_alpha(ground, 0);
    const float begin = std::max(right - measure(f, "…").x, min.x + padding);
    const float rounding = ImGui::GetStyle().FrameRounding;
    list.AddRectFilledMultiColor({std::max(begin - px(20), min.x + px(2)), min.y + px(2)},
                                 {begin, max.y - px(2)}, clear, ground, ground, clear);
    list.AddRectFilled({begin, min.y}, max, ground, rounding, ImDrawFlags_RoundCornersRight);
    list.AddRect(min, max, theme().border, rounding, 0, px(1)); // again: letters reach into the border
    draw_text(list, {{begin, min.y}, {max.x, max.y}}, begin, f, theme().muted, "…");
}

} // namespace

bool text_field(const char* label, std::string& text, const char* hint, float width, int flags) {
    const Theme& t = theme();
    char hidden_label[128]; // ImGui would write the label behind the field
    std::snprintf(hidden_label, sizeof hidden_label, "##%s", label);
    const bool active = ImGui::GetActiveID() == ImGui::GetID(hidden_label);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        {px(10), std::floor((px(k_control_height) - ImGui::GetFontSize()) / 2)});
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, px(1));
    for (const ImGuiCol place : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive})
        ImGui::PushStyleColor(place, t.panel);
    ImGui::PushStyleColor(ImGuiCol_Border, active ? t.accent : t.border);
    ImGui::SetNextItemWidth(width);
    const bool changed = ImGui::InputTextWithHint(hidden_label, hint, &text, flags);
    ImGui::PopStyleColor(4);
    ImGui::PopStyleVar(2);
    if (!active) fade_overflow(text.empty() ? std::string_view(hint) : text);
    return changed;
}

} // namespace gf::ui
