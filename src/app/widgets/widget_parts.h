#pragma once
// What widgets are made of: an item that can be clicked, and text put at a place. Used by the widgets of this
// folder, and by panels that draw items of their own.

#include "app/host/imgui_host.h"

#include <string_view>

namespace gf::ui {

/// Height of all one-line controls, in design lengths.
inline constexpr float k_control_height = 28;

/// Whether an item is one of several to choose from, and is the chosen one. Tests and UiDriver ask for it.
enum class Mark { none, unchosen, chosen };
constexpr Mark mark_of(bool chosen) { return chosen ? Mark::chosen : Mark::unchosen; }

/// An item that can be clicked, made in the current window at the cursor.
struct ButtonItem {
    bool seen = false; ///< not clipped: draw it
    bool pressed = false, hovered = false, held = false;
    bool pressed_by_key = false; ///< `pressed`, and it was a key that did it
    bool focused_by_key = false; ///< a person walked to it with the keyboard
    UiRect box;
};
ButtonItem button_item(const char* label, ImVec2 size, Mark mark = Mark::none);

/// -1 or 1 when Alt and the left or right arrow are pressed while the keyboard is on the item, which must be
/// the last one: the keyboard then stays on it. Else 0.
int alt_arrow(const ButtonItem& item);

/// Keeps the arrows, while Alt is held, from walking on from the item that was made last.
void keep_alt_arrows();

/// An item at the cursor that does nothing and that the keyboard passes over. It takes its place in the
/// window, and tests find what stands there by its name.
void text_item(const char* label, ImVec2 size);

/// Pixels from the cursor to the right edge of the window's content, at least 1.
float available_width();
/// The part of the current window that its content is seen in: without title bar, borders and scroll bars.
UiRect inside_of_window();

/// The part of an item's label that is written on the item: what stands before "##".
std::string_view shown_text(const char* label);
/// Size in pixels of a text on one line.
ImVec2 measure(ImFont* font, std::string_view text);

/// Writes from `left` on, vertically centred in the box. As all functions that draw text here, it also tells
/// the ItemRecorder what stands where.
void draw_text(ImDrawList& list, const UiRect& box, float left, ImFont* font, ImU32 colour,
               std::string_view text);
/// Writes in the middle of the box.
void draw_text_centred(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour,
                       std::string_view text);
/// Writes from the box's left side, cut with an ellipsis where the box ends.
void draw_text_cut(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour, std::string_view text);
/// Fills a rounded rectangle.
void draw_fill(ImDrawList& list, const UiRect& box, ImU32 colour, float rounding);
/// Draws the outline of a rounded rectangle, one length unit wide.
void draw_border(ImDrawList& list, const UiRect& box, ImU32 colour, float rounding);
/// Draws a ring around an item if the keyboard is on it.
void draw_focus_ring(const ButtonItem& item, float rounding);
/// Does the same for the last item of Dear ImGui, which need not be a ButtonItem.
void draw_focus_ring_of_last_item(float rounding);

} // namespace gf::ui
