#include "app/panels/masks/mask_controls.h"

#include "app/widgets/widget_parts.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_chip_height = 22, k_chip_padding = 7, k_icon = 12, k_chip_gap = 6,
                k_segment = 18; // lengths
constexpr int k_icon_cells = 6;

/// The mask of a few tokens: what is seen is filled.
void draw_mask_icon(ImDrawList& list, ImVec2 at, const MaskShape& mask, bool is_causal, ImU32 ink,
                    ImU32 faint) {
    const float cell = px(k_icon) / k_icon_cells;
    for (int row = 0; row < k_icon_cells; ++row)
        for (int key = 0; key < k_icon_cells; ++key) {
            const bool seen = shows(mask, row, key) && (!is_causal || key <= row);
            const ImVec2 min{at.x + cell * static_cast<float>(key), at.y + cell * static_cast<float>(row)};
            list.AddRectFilled(min, {min.x + cell, min.y + cell}, seen ? ink : faint);
        }
}

float label_width(const char* label) {
    return std::ceil(measure(font(TextSize::small, Face::bold), shown_text(label)).x);
}

float segment_width(const std::string& words) {
    return std::max(px(k_segment), std::ceil(measure(font(TextSize::small, Face::bold), words).x) + px(10));
}

} // namespace

MaskShape picture_of(const MaskPreset& preset) {
    return {.kind = preset.kind,
            .window = 2,
            .n_prefix = 3,
            .size = preset.number == 0 || preset.kind == MaskKind::first_and_window ? 1 : 2,
            .starts = {2, 4}};
}

float mask_chip_width(const char* label) {
    return 2 * px(k_chip_padding) + px(k_icon + k_chip_gap) + label_width(label);
}

bool mask_chip(const char* label, const MaskShape& mask, bool is_causal, bool chosen) {
    const Theme& t = theme();
    const ButtonItem item = button_item(label, {mask_chip_width(label), px(k_chip_height)}, mark_of(chosen));
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float rounding = item.box.height() / 2;
    draw_fill(list, item.box, chosen ? t.accent_tint : item.hovered ? t.control_hover : t.panel, rounding);
    draw_border(list, item.box, chosen ? t.accent : t.border, rounding);
    const float left = item.box.min.x + px(k_chip_padding);
    draw_mask_icon(list, {left, std::floor(item.box.center().y - px(k_icon) / 2)}, mask, is_causal,
                   chosen ? t.accent : t.muted, t.control);
    draw_text(list, item.box, left + px(k_icon + k_chip_gap),
              font(TextSize::small, chosen ? Face::bold : Face::regular), t.text, shown_text(label));
    draw_focus_ring(item, rounding);
    return item.pressed;
}

std::vector<int> indices_of(const std::string& text, int n) {
    std::vector<int> list;
    if (text == "all") return list;
    for (const char *at = text.data(), *end = at + text.size(); at < end; ++at) {
        int i = -1;
        const auto [rest, error] = std::from_chars(at, end, i);
        if (error != std::errc() || i < 0 || (rest != end && *rest != ','))
            throw Error({"view Masks", "all, or numbers like 0,2", "'" + text + "'", ""});
        if (i < n) list.push_back(i);
        at = rest;
    }
    return list;
}

float index_picker_width(int n) {
    float width = segment_width("all");
    for (int i = 0; i < n; ++i) width += segment_width(std::to_string(i));
    return width;
}

bool index_picker(const char* name, std::string& text, int n) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    draw_fill(list, {origin, {origin.x + index_picker_width(n), origin.y + px(k_chip_height)}}, t.control,
              px(5));
    std::vector<int> chosen = indices_of(text, n);
    bool changed = false;
    ImGui::PushID(name);
    for (int i = -1; i < n; ++i) {
        const std::string words = i < 0 ? "all" : std::to_string(i);
        const auto found = std::find(chosen.begin(), chosen.end(), i);
        const bool is_on = i < 0 ? chosen.empty() : found != chosen.end();
        if (i >= 0) ImGui::SameLine(0, 0);
        const ButtonItem item =
            button_item(words.c_str(), {segment_width(words), px(k_chip_height)}, mark_of(is_on));
        if (!item.seen) continue;
        const UiRect segment = item.box.grown(-px(2));
        if (is_on || item.hovered) draw_fill(list, segment, is_on ? t.panel : t.control_hover, px(4));
        draw_text_centred(list, item.box, font(TextSize::small, is_on ? Face::bold : Face::regular),
                          is_on ? t.text : t.muted, words);
        draw_focus_ring(item, px(4));
        if (!item.pressed) continue;
        changed = true;
        if (i < 0)
            chosen.clear();
        else if (is_on)
            chosen.erase(found);
        else
            chosen.insert(std::lower_bound(chosen.begin(), chosen.end(), i), i);
    }
    ImGui::PopID();
    if (changed) text = chosen.empty() ? "all" : fmt::format("{}", fmt::join(chosen, ","));
    return changed;
}

void flow(float width) {
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    if (ImGui::GetItemRectMax().x + px(5) + width <= right) ImGui::SameLine(0, px(5));
}

} // namespace gf::ui
