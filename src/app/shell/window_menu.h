#pragma once
// The menu of the top bar: layouts, panels, looks, and what else the program can do.

#include "app/shell/panel_arrangement.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <span>
#include <string>

namespace gf::ui {

using PanelList = std::span<const std::unique_ptr<Panel>>;

class WindowMenu {
  public:
    /// Its button, named "Layout", as wide as width(), and the popup that it opens.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, Commands& commands);
    float width(const PanelArrangement& arrangement) const;

  private:
    void draw_layouts(const PanelArrangement& arrangement, Commands& commands, float width);
    void draw_panels(const PanelArrangement& arrangement, PanelList panels, Commands& commands, float width);
    void draw_looks(const Settings& settings, Commands& commands);
    void draw_program(const Snapshot& snapshot, Commands& commands, float width);

    std::string name_; ///< of a layout to be saved, as typed
};

} // namespace gf::ui
