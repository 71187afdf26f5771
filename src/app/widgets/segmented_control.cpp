#include "app/widgets/segmented_control.h"

#include "app/widgets/widget_parts.h"

#include <cmath>

namespace gf::ui {
namespace {

/// How the two sizes of a segmented control look, in design lengths.
struct SegmentLook {
    float height, padding, rounding;
    TextSize text;
    bool bordered; ///< whether the chosen segment has an outline
};
constexpr SegmentLook look_of(ControlSize size) {
    return size == ControlSize::normal ? SegmentLook{k_control_height, 12, 6, TextSize::body, true}
                                       : SegmentLook{20, 8, 5, TextSize::small, false};
}

/// The bold face is the wider one, so nothing moves when another segment is chosen.
float segment_width(const char* option, const SegmentLook& look) {
    return std::ceil(measure(font(look.text, Face::bold), shown_text(option)).x) + 2 * px(look.padding);
}

} // namespace

float segmented_control_width(std::span<const char* const> options, ControlSize size) {
    float width = 0;
    for (const char* option : options) width += segment_width(option, look_of(size));
    return width;
}

bool segmented_control(const char* name, int& choice, std::span<const char* const> options,
                       ControlSize size) {
    const Theme& t = theme();
    const SegmentLook look = look_of(size);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect ground{at, {at.x + segmented_control_width(options, size), at.y + px(look.height)}};
    draw_fill(list, ground, t.control, px(look.rounding));
    bool changed = false;
    ImGui::PushID(name);
    for (int i = 0; i < static_cast<int>(options.size()); ++i) {
        const char* option = options[static_cast<std::size_t>(i)];
        const bool chosen = i == choice;
        if (i > 0) ImGui::SameLine(0, 0);
        const ButtonItem item =
            button_item(option, {segment_width(option, look), px(look.height)}, mark_of(chosen));
        if (!item.seen) continue;
        const UiRect segment = item.box.grown(-px(2));
        if (chosen || item.hovered) draw_fill(list, segment, chosen ? t.panel : t.control_hover, px(4));
        if (chosen && look.bordered) draw_border(list, segment, t.border, px(4));
        draw_text_centred(list, item.box, font(look.text, chosen ? Face::bold : Face::regular),
                          chosen ? t.text : t.muted, shown_text(option));
        draw_focus_ring(item, px(look.rounding));
        if (item.pressed && !chosen) {
            choice = i;
            changed = true;
        }
    }
    ImGui::PopID();
    return changed;
}

} // namespace gf::ui
