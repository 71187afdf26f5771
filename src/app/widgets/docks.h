#pragma once
// Where docked panels stand, as a tree: docks are made from such a tree, and read back as one. The
// workbench's layouts are such trees; Dear ImGui's own docks stay behind these functions. Used by
// PanelArrangement.

#include "session/commands/dock_tree.h"

#include <imgui.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Whether `dock` was handed to ImGui::DockSpace() already; false for 0.
bool dock_exists(ImGuiID dock);
/// Whether nothing is docked in the dock or in a split of it.
bool dock_is_empty(ImGuiID dock);
/// Replaces all docks of an area of `size` pixels by those of the tree. Only the panels that are named in
/// `panels` are docked.
void build_docks(ImGuiID dock, const DockTree& tree, ImVec2 size, std::span<const std::string> panels);
/// Gives the docks that build_docks() made the lengths that the tree wants in an area of `size` pixels, e.g.
/// when the window was resized.
void resize_docks(ImGuiID dock, const DockTree& tree, ImVec2 size);
/// The tree of what stands on screen now. A panel that floats has no place in it.
DockTree read_docks(ImGuiID dock, std::span<const std::string> panels);
/// A number that changes when somebody moves a panel or a gap between panels.
std::size_t fingerprint_of_docks(ImGuiID dock, std::span<const std::string> panels);
/// Whether ImGui::SaveIniSettingsToMemory() would say something else about windows and docks than last time.
bool window_positions_changed();

} // namespace gf::ui
