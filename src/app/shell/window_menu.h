#pragma once
// The menus of the top bar: how things look and which panels are shown; layouts, and what else the program
// can do. Used by Transport.

#include "app/shell/panel_arrangement.h"
#include "app/shell/panel_list.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <string>

namespace gf::ui {

/// For what there is room in the bar: both buttons, "Layout" alone, which then opens all, or only its arrow.
enum class MenuRoom { both, layout, arrow };

class WindowMenu {
  public:
    /// Draws the buttons "View" and "Layout" and the popups that they open.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, MenuRoom room, Commands& commands);
    /// The buttons' width in pixels.
    float width(const PanelArrangement& arrangement, MenuRoom room) const;

  private:
    void draw_view_menu(const PanelArrangement& arrangement, PanelList panels, const Settings& settings,
                        Commands& commands);
    void draw_layouts(const PanelArrangement& arrangement, Commands& commands, float width);
    void draw_panels(const PanelArrangement& arrangement, PanelList panels, Commands& commands, float width);
    void draw_looks(const Settings& settings, Commands& commands);
    void draw_program(const Snapshot& snapshot, Commands& commands, float width);

    std::string layout_name_; ///< typed for the layout to be saved
    UiRect beside_view_{};    ///< the button "View"
};

} // namespace gf::ui
