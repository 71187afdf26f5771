#include "app/header_choice.h"

#include "app/icons.h"
#include "app/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

constexpr float k_height = 20, k_padding = 8, k_gap = 8, k_arrow = 12, k_least_title = 150;

float option_width(const char* option) {
    return std::ceil(measure(font(TextSize::small, Face::bold), shown(option)).x) + 2 * px(k_padding);
}

void fill(const ImRect& box, ImU32 colour, float rounding) {
    ImGui::GetWindowDrawList()->AddRectFilled(box.Min, box.Max, colour, rounding);
}

} // namespace

float header_choice_width(std::span<const char* const> options) {
    float width = 0;
    for (const char* option : options) width += option_width(option);
    return width;
}

bool header_choice(const char* name, int& choice, std::span<const char* const> options) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    fill({at, {at.x + header_choice_width(options), at.y + px(k_height)}}, t.control, px(5));
    bool changed = false;
    ImGui::PushID(name);
    for (int i = 0; i < static_cast<int>(options.size()); ++i) {
        const char* option = options[static_cast<std::size_t>(i)];
        const bool chosen = i == choice;
        if (i > 0) ImGui::SameLine(0, 0);
        const int status = ImGuiItemStatusFlags_Checkable | (chosen ? ImGuiItemStatusFlags_Checked : 0);
        const ButtonItem item = button_item(option, {option_width(option), px(k_height)}, status);
        if (!item.seen) continue;
        ImRect face = item.box;
        face.Expand(-px(2));
        if (chosen || item.hovered) fill(face, chosen ? t.panel : t.control_hover, px(4));
        put_text_centred(list, item.box, font(TextSize::small, chosen ? Face::bold : Face::regular),
                         chosen ? t.text : t.muted, shown(option));
        put_focus_ring(item, px(5));
        if (item.pressed && !chosen) {
            choice = i;
            changed = true;
        }
    }
    ImGui::PopID();
    return changed;
}

float header_menu_width(std::string_view chosen) {
    return std::ceil(measure(font(TextSize::small), chosen).x) + 2 * px(k_padding) + px(k_arrow);
}

bool header_menu(const char* name, std::string_view chosen) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ButtonItem item = button_item(name, {header_menu_width(chosen), px(k_height)});
    if (!item.seen) return false;
    fill(item.box, item.hovered || item.held ? t.control_hover : t.control, px(5));
    put_text(list, item.box, item.box.Min.x + px(k_padding), font(TextSize::small), t.text, chosen);
    draw_icon(list, Icon::chevron_down, {item.box.Max.x - px(k_padding) - px(2), item.box.GetCenter().y},
              px(8), t.muted);
    put_focus_ring(item, px(5));
    return item.pressed;
}

HeaderPlace header_place(float width) {
    const float room = ImGui::GetContentRegionAvail().x;
    if (room - width < px(k_least_title)) return {};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    return {true, width + px(k_gap), {std::floor(at.x + room - width), at.y}};
}

HeaderControls::HeaderControls(ImVec2 at) : below_(ImGui::GetCursorScreenPos()) {
    ImGui::SetCursorScreenPos(at);
}
HeaderControls::~HeaderControls() { ImGui::SetCursorScreenPos(below_); }

} // namespace gf
