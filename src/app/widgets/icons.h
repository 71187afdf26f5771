#pragma once
// Icons as vector shapes. They never stand alone: text or a tooltip says what they do.

#include <imgui.h>

namespace gf::ui {

enum class Icon {
    first,
    back,
    play,
    pause,
    forward,
    last,
    search,
    close,
    chevron_down,
    chevron_right,
    pin,
    check,
    undo,
    redo
};
inline constexpr int k_icon_count = 14;

/// Centred on `centre`; `size` is the side of the square that it fills.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

} // namespace gf::ui
