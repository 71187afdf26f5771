#pragma once
// What the program's own menus and lists are made of: headings and rows without frames. Used by the window's
// menu, the command palette, searches and popups.

#include <optional>
#include <string_view>

namespace gf::ui {

inline constexpr float k_menu_row_height = 28; ///< design lengths

/// A word above a part of a menu.
void menu_heading(std::string_view text);

struct MenuRow {
    std::string_view text{};
    std::string_view detail{};    ///< behind it in grey, cut where there is no room
    std::string_view right{};     ///< at the right end: keys, a category
    std::optional<bool> chosen{}; ///< with a value: room for a check mark before the text
    bool lit = false;             ///< drawn as if the mouse were on it
    /// Pixels from the left edge at which the details of several rows stand below each other; 0: right behind
    /// the text.
    float detail_from = 0;
};
/// True when clicked. `name` is the item's. Width 0: all that is left.
bool menu_row(const char* name, const MenuRow& row, float width = 0);

} // namespace gf::ui
