#pragma once
// Small controls at the right end of a panel's header line: how the panel shows what it shows.

#include "app/host/imgui_host.h"

#include <span>
#include <string_view>

namespace gf::ui {

/// What is chosen from a longer list, with an arrow. Width in pixels:
float header_menu_width(std::string_view chosen);
/// An item called `name` that shows what is chosen. True when clicked: open a popup.
bool header_menu(const char* name, std::string_view chosen);

/// Where header controls `width` wide go in the header line that begins at the cursor; false where they would
/// leave less than a title. Then: panel_header(title, subtitle, place.reserved), and in a scope the controls.
struct HeaderPlace {
    bool fits = false;
    float reserved = 0; ///< pixels that the subtitle must leave
    ImVec2 at;          ///< of the controls
};
HeaderPlace header_place(float width);

/// Controls in the header line of a panel whose header is drawn: from `at` on; afterwards the cursor is where
/// it was.
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
