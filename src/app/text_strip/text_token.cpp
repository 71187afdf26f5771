#include "app/text_strip/text_token.h"

#include "app/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf {

std::string_view byte_digits(std::string_view label) {
    return label.size() == 6 && label.starts_with("<0x") && label.back() == '>' ? label.substr(3, 2)
                                                                                : std::string_view();
}

float text_token_width(std::string_view label, bool outlined, TextSize size) {
    if (const std::string_view digits = byte_digits(label); !digits.empty())
        return std::ceil(measure(font(TextSize::small, Face::mono), digits).x) + px(10);
    return std::ceil(measure(font(size), label).x) + 2 * px(outlined ? 6 : 2); // as token_chip's
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
    if (look.tint) list.AddRectFilled(item.box.Min, item.box.Max, look.tint, px(3));
    ImFont* face = font(TextSize::small, look.chosen ? Face::mono_bold : Face::mono);
    const ImVec2 middle = item.box.GetCenter();
    const float half = std::floor(face->FontSize / 2) + px(1);
    const ImRect chip({item.box.Min.x + px(2), middle.y - half}, {item.box.Max.x - px(2), middle.y + half});
    list.AddRectFilled(chip.Min, chip.Max, item.hovered ? t.control_hover : t.control, px(3));
    const ImU32 edge = look.chosen || look.outlined ? t.accent : t.line;
    list.AddRect(chip.Min, chip.Max, edge, px(3), 0, std::max(px(1), 1.0f));
    put_text_centred(list, chip, face, look.chosen ? t.accent_text : t.text, digits);
    put_focus_ring(item, px(3));
    return item.pressed;
}

} // namespace gf
