#include "app/widgets/rotated_text.h"

#include <cmath>
#include <numbers>

namespace gf::ui {

void draw_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour,
                       std::string_view text) {
    draw_text_slanted(list, font, {std::round(at.x), std::round(at.y)}, length, 90, colour, text);
}

void draw_text_slanted(ImDrawList& list, ImFont* font, ImVec2 at, float length, float degrees, ImU32 colour,
                       std::string_view text) {
    // The text is cut between two letters, because a clip rectangle does not turn with it.
    const char* end = nullptr;
    font->CalcTextSizeA(font->FontSize, length, 0, text.data(), text.data() + text.size(), &end);
    const int first = list.VtxBuffer.Size;
    // ImGui leaves letters out that are outside of the clip rectangle before they are turned, so the text is
    // laid out in the corner of that rectangle.
    const ImVec2 from = list.GetClipRectMin();
    list.AddText(font, font->FontSize, from, colour, text.data(), end);
    const float middle = font->FontSize / 2, radians = degrees * std::numbers::pi_v<float> / 180;
    const float cosine = degrees == 90 ? 0 : std::cos(radians), sine = std::sin(radians);
    for (int i = first; i < list.VtxBuffer.Size; ++i) {
        ImVec2& p = list.VtxBuffer[i].pos;
        const float along = p.x - from.x, across = p.y - from.y - middle;
        p = {at.x + along * cosine + across * sine, at.y - along * sine + across * cosine};
    }
}

} // namespace gf::ui
