#include "app/widgets/token_chip.h"

#include "app/widgets/icons.h"
#include "app/widgets/widget_parts.h"

#include <cmath>

namespace gf::ui {

bool token_chip(const char* name, std::string_view text, const TokenLook& look, TextSize size) {
    const Theme& t = theme();
    ImFont* face = font(size, look.chosen ? Face::bold : Face::regular);
    const float padding = look.outlined ? px(6) : px(2), arrow = look.menu ? px(14) : 0;
    const ButtonItem item =
        button_item(name, {std::ceil(measure(face, text).x) + 2 * padding + arrow, face->FontSize + px(8)});
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (look.tint) draw_fill(list, item.box, look.tint, px(3));
    if (item.hovered) draw_fill(list, item.box, with_alpha(t.text, Theme::k_hover_shade), px(3));
    if (look.outlined) draw_border(list, item.box, t.accent, px(4));
    const ImU32 ink = look.chosen ? t.accent_text : look.ink ? look.ink : t.text;
    draw_text(list, item.box, item.box.min.x + padding, face, ink, text);
    if (look.menu)
        draw_icon(list, Icon::chevron_down, {item.box.max.x - padding - px(4), item.box.center().y}, px(9),
                  ImGui::GetColorU32(ink));
    draw_focus_ring(item, px(3));
    return item.pressed;
}

} // namespace gf::ui
