#pragma once
// What the widgets are made of. For widgets only.

#include "app/imgui_host.h"

#include <imgui_internal.h>

#include <string_view>

namespace gf {

/// An item that can be clicked, made in the current window at the cursor.
struct ButtonItem {
    bool seen = false; ///< not clipped: draw it
    bool pressed = false, hovered = false, held = false;
    ImGuiID id = 0;
    ImRect box;
};
/// `status`: more ImGuiItemStatusFlags that tests can ask for.
ButtonItem button_item(const char* label, ImVec2 size, int status = 0);

/// The part before "##".
std::string_view shown(const char* label);
ImVec2 measure(ImFont* font, std::string_view text);
/// From `left`, vertically centred in the box.
void put_text(ImDrawList& list, const ImRect& box, float left, ImFont* font, ImU32 colour,
              std::string_view text);
void put_text_centred(ImDrawList& list, const ImRect& box, ImFont* font, ImU32 colour, std::string_view text);
/// Cut with an ellipsis where the box ends.
void put_text_cut(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour, std::string_view text);
/// The outline of the item that the keyboard is on.
void put_focus_ring(const ButtonItem& item, float rounding);
/// ... of an item that was just made without ButtonItem.
void put_focus_ring_of_last_item(float rounding);

} // namespace gf
