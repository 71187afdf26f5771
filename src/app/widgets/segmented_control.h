#pragma once
// Options side by side in one control, of which one is chosen. Used by panels and by the window's menu.

#include <span>

namespace gf::ui {

/// Small controls fit into the header line of a panel.
enum class ControlSize { normal, small };

/// True when `choice` changed; -1 while none is chosen. The options are items "name/option".
bool segmented_control(const char* name, int& choice, std::span<const char* const> options,
                       ControlSize size = ControlSize::normal);
/// Its width in pixels.
float segmented_control_width(std::span<const char* const> options, ControlSize size = ControlSize::normal);

} // namespace gf::ui
