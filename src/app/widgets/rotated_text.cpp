#include "app/widgets/rotated_text.h"

#include <cmath>

namespace gf::ui {

void draw_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour,
                       std::string_view text) {
    // The text is cut between two letters, because a clip rectangle does not turn with it.
    const char* end = nullptr;
    font->CalcTextSizeA(font->FontSize, length, 0, text.data(), text.data() + text.size(), &end);
    const int first = list.VtxBuffer.Size;
    // ImGui leaves letters out that are outside of the clip rectangle before they are turned, so the text is
    // laid out in the corner of that rectangle.
    const ImVec2 from = list.GetClipRectMin();
    list.AddText(font, font->FontSize, from, colour, text.data(), end);
    const float middle = font->FontSize / 2;
    for (int i = first; i < list.VtxBuffer.Size; ++i) {
        ImVec2& p = list.VtxBuffer[i].pos;
        const float along = p.x - from.x, across = p.y - from.y - middle;
        p = {std::round(at.x) + across, std::round(at.y) - along};
    }
}

} // namespace gf::ui
