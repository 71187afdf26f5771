#include "app/rotated_text.h"

#include <cmath>

namespace gf {

void add_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour, std::string_view text) {
    // Whole letters only: clip rectangles do not turn with the text.
    const char* end = nullptr;
    font->CalcTextSizeA(font->FontSize, length, 0, text.data(), text.data() + text.size(), &end);
    const int first = list.VtxBuffer.Size;
    list.AddText(font, font->FontSize, at, colour, text.data(), end);
    const float middle = font->FontSize / 2;
    for (int i = first; i < list.VtxBuffer.Size; ++i) {
        ImVec2& p = list.VtxBuffer[i].pos;
        const float along = p.x - at.x, across = p.y - at.y - middle;
        p = {std::round(at.x) + across, std::round(at.y) - along};
    }
}

} // namespace gf
