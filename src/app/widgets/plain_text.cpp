#include "app/widgets/plain_text.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

void label_text(std::string_view text, ImU32 colour, TextSize size, Face face) {
    ImFont* type = font(size, face);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + std::ceil(measure(type, text).x), at.y + px(k_control_height)}};
    ImGui::Dummy(box.size());
    draw_text(*ImGui::GetWindowDrawList(), box, at.x, type, colour, text);
}

void text_line(std::string_view text, ImU32 colour, TextSize size, Face face) {
    const FontScope scope(size, face);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopStyleColor();
}

void wrapped_text(std::string_view text, float width, ImU32 colour, TextSize size) {
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width);
    text_line(text, colour, size);
    ImGui::PopTextWrapPos();
}

void page_heading(std::string_view text) {
    text_line(text, theme().text, TextSize::body, Face::bold);
    vertical_space(8);
}

void vertical_space(float length) { ImGui::Dummy({0, px(length)}); }

float wrapped_text_height(ImFont* font, std::string_view text, float width) {
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, width, text.data(), text.data() + text.size()).y;
}

void draw_wrapped_text(ImDrawList& list, ImVec2 at, ImFont* font, ImU32 colour, std::string_view text,
                       float width) {
    list.AddText(font, font->FontSize, at, ImGui::GetColorU32(colour), text.data(), text.data() + text.size(),
                 width);
    record_text(font, at, text, width);
}

void draw_aligned_text(ImDrawList& list, ImVec2 at, ImFont* font, ImU32 colour, std::string_view text,
                       float width, float align) {
    const char *begin = text.data(), *const end = begin + text.size();
    for (float y = at.y; begin < end; y += font->FontSize) {
        const char* line_end = std::max(font->CalcWordWrapPositionA(1, begin, end, width), begin + 1);
        const std::string_view line(begin, static_cast<std::size_t>(line_end - begin));
        const float x = std::floor(at.x + (width - measure(font, line).x) * align);
        list.AddText(font, font->FontSize, {x, y}, ImGui::GetColorU32(colour), begin, line_end);
        for (begin = line_end; begin < end && *begin == ' ';) ++begin;
    }
    record_text(font, at, text, width);
}

} // namespace gf::ui
