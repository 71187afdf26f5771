#pragma once
// A wrapped text of pieces that differ in face and colour, some of which can be pointed at and clicked. Used
// by the glossary, tooltips and lessons.

#include "app/host/imgui_host.h"

#include <optional>
#include <span>
#include <string_view>

namespace gf::ui {

struct TextPiece {
    std::string_view words;
    Face face = Face::regular;
    ImU32 ink = 0;              ///< 0: that of text
    std::string_view item = {}; ///< the name of its item; empty: it is only read
    bool is_lit = false;        ///< drawn on a tint, as what is in focus elsewhere
    bool begins_line = false;   ///< it stands on a new line
    float indent = 0;           ///< pixels, of the line that it begins and those after it
};

struct RichTextHit {
    std::optional<std::size_t> hovered, pressed; ///< indices of pieces
};

/// Writes the pieces one behind the other at the cursor, wrapped at `width` pixels.
RichTextHit rich_text(std::span<const TextPiece> pieces, float width, TextSize size = TextSize::body);

/// The line under a word that can be clicked, `y` being the lower edge of the word.
void draw_underline(ImDrawList& list, float left, float right, float y, ImU32 colour);

} // namespace gf::ui
