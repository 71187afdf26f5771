#pragma once
// One token of the running text: a word on its tint, or a small chip for a byte that is no character. Used by
// the Text panel and by SourceLine.

#include "app/widgets/token_chip.h"

namespace gf::ui {

/// The two digits in "<0xE2>", the label of a byte that is no character; empty for any other label.
std::string_view byte_digits(std::string_view label);

/// Pixels.
float text_token_width(std::string_view label, bool outlined, TextSize size);
float text_token_height(TextSize size);

/// Draws an item called `name`. True when clicked.
bool text_token(const char* name, std::string_view label, const TokenLook& look, TextSize size);

} // namespace gf::ui
