#include "app/widgets/widgets.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

float resolve_width(float width, float needed) {
    if (width < 0) return std::max(ImGui::GetContentRegionAvail().x, 1.0f);
    return width > 0 ? width : needed;
}

ImU32 surface(const ButtonItem& item, Emphasis emphasis) {
    const Theme& t = theme();
    const bool lit = item.hovered || item.held;
    if (emphasis == Emphasis::primary) return lit ? mix(t.accent, t.text, 0.12f) : t.accent;
    return lit ? t.control_hover : t.control;
}

void put_border(const UiRect& box, ImU32 colour, float rounding) {
    list().AddRect(box.min, box.max, ImGui::GetColorU32(colour), rounding, 0, std::max(px(1), 1.0f));
}

} // namespace

void label_text(std::string_view text, ImU32 colour, TextSize size, Face face) {
    ImFont* type = font(size, face);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + std::ceil(measure(type, text).x), at.y + px(k_control_height)}};
    ImGui::Dummy(box.size());
    put_text(list(), box, at.x, type, colour, text);
}

bool push_button(const char* label, float width, Emphasis emphasis) {
    ImFont* face = font(TextSize::body);
    const ButtonItem item = button_item(
        label, {resolve_width(width, measure(face, shown(label)).x + px(24)), px(k_control_height)});
    if (!item.seen) return false;
    put_fill(list(), item.box, surface(item, emphasis), px(6));
    put_text_centred(list(), item.box, face, emphasis == Emphasis::primary ? theme().on_accent : theme().text,
                     shown(label));
    put_focus_ring(item, px(6));
    return item.pressed;
}

bool icon_button(const char* label, Icon icon, const char* keys, Emphasis emphasis) {
    const ButtonItem item = button_item(label, {px(30), px(k_control_height)});
    if (!item.seen) return false;
    put_fill(list(), item.box, surface(item, emphasis), px(6));
    const ImU32 ink = emphasis == Emphasis::primary ? theme().on_accent : theme().text;
    draw_icon(list(), icon, item.box.center(), px(12), ImGui::GetColorU32(ink));
    put_focus_ring(item, px(6));
    std::string tip(shown(label));
    if (*keys) tip.append("  (").append(keys).append(")");
    tooltip(tip);
    return item.pressed;
}

bool chip(const char* label, std::string_view value, bool chosen) {
    const Theme& t = theme();
    ImFont* words = font(TextSize::body);
    ImFont* numbers = font(TextSize::body, Face::mono_bold);
    const float label_width = measure(words, shown(label)).x, gap = value.empty() ? 0 : px(6),
                padding = px(12);
    const float width = padding + label_width + gap + measure(numbers, value).x + padding;
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(label, {std::ceil(width), px(k_control_height)}, mark);
    if (!item.seen) return false;
    const float rounding = item.box.height() / 2;
    put_fill(list(), item.box, chosen ? t.accent_tint : surface(item, Emphasis::plain), rounding);
    if (chosen) put_border(item.box, t.accent, rounding);
    put_text(list(), item.box, item.box.min.x + padding, words, t.text, shown(label));
    put_text(list(), item.box, item.box.min.x + padding + label_width + gap, numbers, t.text, value);
    put_focus_ring(item, rounding);
    return item.pressed;
}

bool choice_row(const char* label, bool chosen) {
    const Theme& t = theme();
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(label, {resolve_width(-1, 0), px(k_control_height)}, mark);
    if (!item.seen) return false;
    put_fill(list(), item.box, chosen ? t.accent_tint : item.hovered ? t.control : t.panel, px(4));
    put_border(item.box, chosen ? t.accent : t.border, px(4));
    list().PushClipRect(item.box.min, item.box.max, true);
    put_text(list(), item.box, item.box.min.x + px(12),
             font(TextSize::body, chosen ? Face::bold : Face::regular), t.text, shown(label));
    list().PopClipRect();
    put_focus_ring(item, px(4));
    return item.pressed;
}

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

float segment_width(const char* option, const SegmentLook& look) {
    return std::ceil(measure(font(look.text, Face::bold), shown(option)).x) + 2 * px(look.padding);
}

} // namespace

float segmented_width(std::span<const char* const> options, ControlSize size) {
    float width = 0;
    for (const char* option : options) width += segment_width(option, look_of(size));
    return width;
}

bool segmented(const char* name, int& choice, std::span<const char* const> options, ControlSize size) {
    const Theme& t = theme();
    const SegmentLook look = look_of(size);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    put_fill(list(), {at, {at.x + segmented_width(options, size), at.y + px(look.height)}}, t.control,
             px(look.rounding));
    bool changed = false;
    ImGui::PushID(name);
    for (int i = 0; i < static_cast<int>(options.size()); ++i) {
        const char* option = options[static_cast<std::size_t>(i)];
        const bool chosen = i == choice;
        if (i > 0) ImGui::SameLine(0, 0);
        const ButtonItem item =
            button_item(option, {segment_width(option, look), px(look.height)}, mark_of(chosen));
        if (!item.seen) continue;
        const UiRect face = item.box.grown(-px(2));
        if (chosen || item.hovered) put_fill(list(), face, chosen ? t.panel : t.control_hover, px(4));
        if (chosen && look.bordered) put_border(face, t.border, px(4));
        put_text_centred(list(), item.box, font(look.text, chosen ? Face::bold : Face::regular),
                         chosen ? t.text : t.muted, shown(option));
        put_focus_ring(item, px(look.rounding));
        if (item.pressed && !chosen) {
            choice = i;
            changed = true;
        }
    }
    ImGui::PopID();
    return changed;
}

bool toggle(const char* label, bool& on) {
    const Theme& t = theme();
    ImFont* face = font(TextSize::body);
    const float track_width = px(28), track_height = px(16), gap = px(8);
    const Mark mark = mark_of(on);
    const ButtonItem item = button_item(
        label, {track_width + gap + std::ceil(measure(face, shown(label)).x), px(k_control_height)}, mark);
    if (!item.seen) return false;
    if (item.pressed) on = !on;
    const float middle = std::floor(item.box.center().y), half = track_height / 2;
    const UiRect track{{item.box.min.x, middle - half}, {item.box.min.x + track_width, middle + half}};
    put_fill(list(), track, on ? t.accent : item.hovered ? t.line : t.block, half);
    const ImVec2 knob = {on ? track.max.x - half : track.min.x + half, middle};
    list().AddCircleFilled(knob, half - px(2), ImGui::GetColorU32(on ? t.on_accent : t.panel));
    put_text(list(), item.box, track.max.x + gap, face, t.text, shown(label));
    put_focus_ring(item, px(6));
    return item.pressed;
}

bool token_chip(const char* name, std::string_view text, const TokenLook& look, TextSize size) {
    const Theme& t = theme();
    ImFont* face = font(size, look.chosen ? Face::bold : Face::regular);
    const float padding = look.outlined ? px(6) : px(2), arrow = look.menu ? px(14) : 0;
    const ButtonItem item =
        button_item(name, {std::ceil(measure(face, text).x) + 2 * padding + arrow, face->FontSize + px(8)});
    if (!item.seen) return false;
    if (look.tint) put_fill(list(), item.box, look.tint, px(3));
    if (item.hovered) put_fill(list(), item.box, with_alpha(t.text, 0.07f), px(3));
    if (look.outlined) put_border(item.box, t.accent, px(4));
    const ImU32 ink = look.chosen ? t.accent_text : look.ink ? look.ink : t.text;
    put_text(list(), item.box, item.box.min.x + padding, face, ink, text);
    if (look.menu)
        draw_icon(list(), Icon::chevron_down, {item.box.max.x - padding - px(4), item.box.center().y}, px(9),
                  ImGui::GetColorU32(ink));
    put_focus_ring(item, px(3));
    return item.pressed;
}

void progress_line(const char* name, float fraction, ImU32 fill) {
    const ButtonItem item = button_item(name, {resolve_width(-1, 0), px(4)});
    if (!item.seen) return;
    put_fill(list(), item.box, theme().control, px(2));
    UiRect done = item.box;
    done.max.x = done.min.x + std::max(done.width() * std::clamp(fraction, 0.0f, 1.0f), px(4));
    if (fraction > 0) put_fill(list(), done, fill, px(2));
}

void tooltip(std::string_view text) {
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) return;
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(10), px(4)});
    if (ImGui::BeginTooltip()) {
        ImGui::PushTextWrapPos(px(360));
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopTextWrapPos();
        record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), text);
        ImGui::EndTooltip();
    }
    ImGui::PopStyleVar();
}

} // namespace gf::ui
