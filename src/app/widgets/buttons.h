#pragma once
// Buttons, chips and switches, drawn with ImDrawList in the theme's style. Each is an ordinary item of Dear
// ImGui: it has the name of its label (what stands before "##" is shown), and Tab and UiDriver reach it.
// Labels and values are UTF-8. Used by all panels and bars.

#include "app/widgets/icons.h"
#include "app/widgets/widget_parts.h"

#include <optional>
#include <string_view>

namespace gf::ui {

enum class Emphasis { plain, primary };

/// True when clicked. Width 0: as wide as the label needs; -1: all that is left.
bool push_button(const char* label, float width = 0, Emphasis emphasis = Emphasis::plain);

/// A square button. Its tooltip says what it does, or else its label, and the keys: "Back  (Left)".
bool icon_button(const char* label, Icon icon, const char* keys = "", const char* does = "",
                 Emphasis emphasis = Emphasis::plain);

struct QuietButton {
    std::string_view text{};    ///< empty: the icon alone
    std::optional<Icon> icon{}; ///< before the text
    bool menu = false;          ///< an arrow behind the text
};
/// A button without a surface, for the top bar. True when clicked. `name` is the item's; an empty `tip` means
/// no tooltip.
bool quiet_button(const char* name, const QuietButton& look, const char* tip);
/// Its width in pixels.
float quiet_button_width(const QuietButton& look);

/// A rounded pill with a value behind its label: "temperature 0.80". True when clicked. It is wide enough for
/// `widest`, so that nothing moves when the value changes.
bool chip(const char* label, std::string_view value, bool chosen, std::string_view widest = {});

/// A switch with its label to the right. True when changed.
bool toggle(const char* label, bool& on);

} // namespace gf::ui
