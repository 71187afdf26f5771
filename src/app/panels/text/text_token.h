#pragma once
// One token of the running text: a word on its tint, or a small chip for a byte that is no character.

#include "app/widgets/widgets.h"

namespace gf::ui {

/// The two digits in "<0xE2>", how a byte that is no character is labelled; empty for any other label.
std::string_view byte_digits(std::string_view label);

/// In pixels.
float text_token_width(std::string_view label, bool outlined, TextSize size);
float text_token_height(TextSize size);

/// An item called `name`; true when clicked.
bool text_token(const char* name, std::string_view label, const TokenLook& look, TextSize size);

} // namespace gf::ui
