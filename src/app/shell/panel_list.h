#pragma once
// The panels of the window, found by their titles. Used by the Workbench, which owns them, and by the menu
// and the palette, which list them.

#include "app/view/panel.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gf::ui {

using PanelList = std::span<const std::unique_ptr<Panel>>;

std::vector<std::string> panel_titles(PanelList panels);

/// Sets one option of a panel. @throws Error with the nearest names where the panel, the option or its value
/// does not exist
void set_panel_option(PanelList panels, const command::SetView& view);

} // namespace gf::ui
