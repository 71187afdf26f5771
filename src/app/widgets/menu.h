#pragma once
// What the program's own menus and lists are made of: headings and rows without frames.

#include "app/widgets/icons.h"

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
    float detail_from =
        0; ///< pixels from the left edge at which details stand below each other; 0: behind the text
};
/// True when clicked. `name` is the item's. Width 0: all that is left.
bool menu_row(const char* name, const MenuRow& row, float width = 0);

/// Text without a surface, for the top bar; with `icon` before and `menu`'s arrow behind it. An empty text:
/// the icon alone.
struct QuietButton {
    std::string_view text{};
    std::optional<Icon> icon{};
    bool menu = false;
};
bool quiet_button(const char* name, const QuietButton& look, const char* tip);
float quiet_button_width(const QuietButton& look);

/// A window over everything else, in the middle of the window's width, opened by ImGui::OpenPopup(name).
/// Closes with Esc and by a click beside it. When it returns true, end with end_card().
bool begin_card(const char* name, float width, float top);
void end_card();

} // namespace gf::ui
