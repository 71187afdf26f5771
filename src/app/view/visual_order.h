#pragma once
// Texts in the order in which they are seen: Arabic and Hebrew run from right to left, and Arabic letters
// take the forms in which they join. Dear ImGui draws one character after the other from left to right. Used
// for the labels of tokens.

#include <string>
#include <string_view>

namespace gf::ui {

/// The text as it is to be drawn, by the Unicode Bidirectional Algorithm (https://unicode.org/reports/tr9/).
/// Texts without characters that run from right to left stay as they are.
std::string visual_order(std::string_view utf8);

} // namespace gf::ui
