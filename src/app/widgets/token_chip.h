#pragma once
// A token of a running text that can be clicked. Used by the Text panel.

#include "app/host/imgui_host.h"

#include <string_view>

namespace gf::ui {

/// How a token looks among others in a text.
struct TokenLook {
    ImU32 tint = 0;        ///< behind it; 0: none
    ImU32 ink = 0;         ///< 0: the theme's text
    bool chosen = false;   ///< accent, bold
    bool outlined = false; ///< a candidate that was not written yet
    bool menu = false;     ///< a small arrow: alternatives can be chosen
};
/// True when clicked. `name` is the item's name, `text` what is shown.
bool token_chip(const char* name, std::string_view text, const TokenLook& look,
                TextSize size = TextSize::title);

} // namespace gf::ui
