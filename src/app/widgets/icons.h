#pragma once
// Icons as vector shapes. Used by buttons, menus and panels; text or a tooltip beside them says what they do.

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
    check,
    undo,
    redo
};

/// Draws an icon that fills a square around `centre`; `size` is the length of its side in pixels.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour);

} // namespace gf::ui
