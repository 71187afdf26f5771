#pragma once
// Draws the panels of one run, or of two runs beside each other: then a panel has a twin that shows the other
// run. No panel knows of it. Used by the Workbench.

#include "app/shell/panel_list.h"

namespace gf::ui {

class PanelPairs {
  public:
    /// `panels` and `twins` have the same panels in the same order.
    PanelPairs(std::vector<std::unique_ptr<Panel>> panels, std::vector<std::unique_ptr<Panel>> twins)
        : panels_(std::move(panels)), twins_(std::move(twins)) {}

    PanelList panels() const { return panels_; }
    /// Draws the panel's content into the panel that was begun. With a run beside it both have half of it;
    /// the caption of their headers says what they show.
    void draw(std::size_t panel, const View& view, Selection& selection, Commands& commands);
    /// As set_panel_option(), for both.
    void set_option(const command::SetView& option);

  private:
    std::vector<std::unique_ptr<Panel>> panels_, twins_;
};

} // namespace gf::ui
