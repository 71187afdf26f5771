#include "app/widgets/text_field.h"

#include "app/widgets/widget_parts.h"

#include <imgui_internal.h>
#include <misc/cpp/imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

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

/// What stands for the characters that a field of one line would drop. The second of a pair may be longer.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_breaks{
    {{"\r\n", "↵"}, {"\n", "↵"}, {"\t", "⇥"}}};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

std::string with_signs(std::string text) {
    for (const auto& [character, sign] : k_breaks) replace_all(text, character, sign);
    return text;
}

std::string with_breaks(std::string text) {
    replace_all(text, "↵", "\n");
    replace_all(text, "⇥", "\t");
    return text;
}

/// What is pasted in its scope has signs in place of line breaks.
class PastedSigns {
  public:
    PastedSigns() : get_(ImGui::GetIO().GetClipboardTextFn) {
        current() = this;
        ImGui::GetIO().GetClipboardTextFn = [](void* data) -> const char* {
            const char* text = current()->get_ ? current()->get_(data) : nullptr;
            if (!text) return nullptr;
            static std::string signs; // the caller reads it before the next paste
            signs = with_signs(text);
            return signs.c_str();
        };
    }
    ~PastedSigns() { ImGui::GetIO().GetClipboardTextFn = get_; }
    PastedSigns(const PastedSigns&) = delete;
    PastedSigns& operator=(const PastedSigns&) = delete;

  private:
    static PastedSigns*& current() {
        static PastedSigns* scope = nullptr;
        return scope;
    }
    const char* (*get_)(void*);
};

} // namespace

bool text_field_with_breaks(const char* label, std::string& text, const char* hint, float width, int flags) {
    std::string shown = with_signs(text);
    const PastedSigns signs;
    const bool changed = text_field(label, shown, hint, width, flags);
    text = with_breaks(std::move(shown));
    return changed;
}

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
