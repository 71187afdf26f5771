#pragma once
// Text that is only read. Used by the start page, and by bars and panels for words beside controls.

#include "app/host/imgui_host.h"

#include <string_view>

namespace gf::ui {

// These write into the current window at the cursor.

/// A text as high as a control, to stand beside controls.
void label_text(std::string_view text, ImU32 colour, TextSize size = TextSize::body,
                Face face = Face::regular);
void text_line(std::string_view text, ImU32 colour, TextSize size, Face face = Face::regular);
/// A text that is wrapped at `width` pixels.
void wrapped_text(std::string_view text, float width, ImU32 colour, TextSize size = TextSize::body);
/// A bold line and the space below it.
void page_heading(std::string_view text);
/// An empty space, in design lengths.
void vertical_space(float length);

// These draw a wrapped text at a place of the caller's choice.

/// Height in pixels of a text that is wrapped at `width` pixels.
float wrapped_text_height(ImFont* font, std::string_view text, float width);
/// Draws the text with its upper left corner at `at`.
void draw_wrapped_text(ImDrawList& list, ImVec2 at, ImFont* font, ImU32 colour, std::string_view text,
                       float width);
/// The same with each line moved by a share of what it leaves of the width: 0 to the left, 0.5 centred.
void draw_aligned_text(ImDrawList& list, ImVec2 at, ImFont* font, ImU32 colour, std::string_view text,
                       float width, float align);

} // namespace gf::ui
