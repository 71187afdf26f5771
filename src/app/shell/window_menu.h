#pragma once
// The menus of the top bar: how things look and which panels are shown; layouts, and what else the program
// can do. Used by Transport.

#include "app/shell/panel_arrangement.h"
#include "app/shell/panel_list.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <string>

namespace gf::ui {

class WindowMenu {
  public:
    /// Draws the buttons "View" and "Layout" and the popups that they open. Without room for both
    /// (`has_room`), "Layout" opens all.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, bool has_room, Commands& commands);
    /// The buttons' width in pixels.
    float width(const PanelArrangement& arrangement, bool has_room) const;

  private:
    void draw_view_menu(const PanelArrangement& arrangement, PanelList panels, const Settings& settings,
                        Commands& commands);
    void draw_layouts(const PanelArrangement& arrangement, Commands& commands, float width);
    void draw_panels(const PanelArrangement& arrangement, PanelList panels, Commands& commands, float width);
    void draw_looks(const Settings& settings, Commands& commands);
    void draw_program(const Snapshot& snapshot, Commands& commands, float width);

    std::string layout_name_; ///< typed for the layout to be saved
};

} // namespace gf::ui
