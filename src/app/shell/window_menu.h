#pragma once
// The menu of the top bar: layouts, panels, looks, and what else the program can do. Used by Transport.

#include "app/shell/panel_arrangement.h"
#include "app/shell/panel_list.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <string>

namespace gf::ui {

class WindowMenu {
  public:
    /// Draws its button, which is named "Layout", and the popup that it opens.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, Commands& commands);
    /// The button's width in pixels.
    float width(const PanelArrangement& arrangement) const;

  private:
    void draw_layouts(const PanelArrangement& arrangement, Commands& commands, float width);
    void draw_panels(const PanelArrangement& arrangement, PanelList panels, Commands& commands, float width);
    void draw_looks(const Settings& settings, Commands& commands);
    void draw_program(const Snapshot& snapshot, Commands& commands, float width);

    std::string layout_name_; ///< typed for the layout to be saved
};

} // namespace gf::ui
