#include "app/panels/text/text_token.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

std::string_view byte_digits(std::string_view label) {
    return label.size() == 6 && label.starts_with("<0x") && label.back() == '>' ? label.substr(3, 2)
                                                                                : std::string_view();
}

float text_token_width(std::string_view label, bool outlined, TextSize size) {
    if (const std::string_view digits = byte_digits(label); !digits.empty())
        return std::ceil(measure(font(TextSize::small, Face::mono), digits).x) + px(10);
    // A word is drawn by token_chip(), which has the same padding.
    return std::ceil(measure(font(size), label).x) + 2 * px(outlined ? 6 : 2);
}

float text_token_height(TextSize size) { return font(size)->FontSize + px(8); }

bool text_token(const char* name, std::string_view label, const TokenLook& look, TextSize size) {
    const std::string_view digits = byte_digits(label);
    if (digits.empty()) return token_chip(name, label, look, size);
    const Theme& t = theme();
    const ButtonItem item =
        button_item(name, {text_token_width(label, false, size), text_token_height(size)});
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (look.tint) list.AddRectFilled(item.box.min, item.box.max, look.tint, px(3));
    ImFont* face = font(TextSize::small, look.chosen ? Face::mono_bold : Face::mono);
    const ImVec2 middle = item.box.center();
    const float half = std::floor(face->FontSize / 2) + px(1);
    const UiRect chip{{item.box.min.x + px(2), middle.y - half}, {item.box.max.x - px(2), middle.y + half}};
    list.AddRectFilled(chip.min, chip.max, item.hovered ? t.control_hover : t.control, px(3));
    const ImU32 edge = look.chosen || look.outlined ? t.accent : t.line;
    list.AddRect(chip.min, chip.max, edge, px(3), 0, std::max(px(1), 1.0f));
    draw_text_centred(list, chip, face, look.chosen ? t.accent_text : t.text, digits);
    draw_focus_ring(item, px(3));
    return item.pressed;
}

} // namespace gf::ui
