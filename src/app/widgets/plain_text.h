#pragma once
// Running text of the start page, in the current window at the cursor.

#include "app/host/imgui_host.h"

#include <string_view>

namespace gf::ui {

void text_line(std::string_view text, ImU32 colour, TextSize size, Face face = Face::regular);
void wrapped_text(std::string_view text, float width, ImU32 colour, TextSize size = TextSize::body);
/// In design lengths.
void vertical_space(float length);
/// With the space below it.
void page_heading(std::string_view text);

/// Height of a text that is wrapped at `width`; and the text itself, from `at` on.
float paragraph_height(ImFont* font, std::string_view text, float width);
void put_paragraph(ImDrawList& list, ImVec2 at, ImFont* font, ImU32 colour, std::string_view text,
                   float width);

} // namespace gf::ui
