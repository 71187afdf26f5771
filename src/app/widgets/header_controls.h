#pragma once
// Small controls at the right end of a panel's header line, which choose how the panel shows its values. Used
// by the Head, Heads and Positions panels.

#include "app/host/imgui_host.h"

#include <string_view>

namespace gf::ui {

/// A button named `name` that shows what is chosen from a longer list, with an arrow. True when clicked: open
/// a popup with the list.
bool header_menu(const char* name, std::string_view chosen);
/// Its width in pixels.
float header_menu_width(std::string_view chosen);

/// A button that shows what it does. True when clicked.
bool header_button(const char* name, std::string_view text);
/// Its width in pixels.
float header_button_width(std::string_view text);

struct HeaderPlace {
    bool fits = false;  ///< false if the controls would not leave enough room for the title
    float reserved = 0; ///< pixels that the subtitle must leave
    ImVec2 at;          ///< upper left corner of the controls
};
/// Where controls that are `width` pixels wide go in the header line that begins at the cursor. Hand
/// `reserved` to panel_header(), then make the controls in the scope of a HeaderControls.
HeaderPlace header_place(float width);
/// The same for controls that have no smaller form: they leave room for the title alone.
HeaderPlace header_place_beside(std::string_view title, float width);

/// Moves the cursor to `at` for its scope, and back afterwards. The header itself is drawn already.
class HeaderControls {
  public:
    explicit HeaderControls(ImVec2 at);
    ~HeaderControls();
    HeaderControls(const HeaderControls&) = delete;
    HeaderControls& operator=(const HeaderControls&) = delete;

  private:
    ImVec2 below_;
};

} // namespace gf::ui
