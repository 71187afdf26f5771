#pragma once
// Where docked panels stand, as a tree: made from data, and read back as data. The workbench's layouts are
// such trees; Dear ImGui's own docks stay behind these functions.

#include <imgui.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// A tree of splits. Its leaves are panels, as tabs where there are several.
struct DockTree {
    bool side_by_side = false; ///< a split's parts stand side by side; else one above the other
    /// The size of a split's first part. Below 1 it is a fraction; from 1 on a design length for a window of
    /// 1600 x 900; negative: the length of the second part.
    float size = 0.5f;
    std::vector<DockTree> parts;     ///< two, or none
    std::vector<std::string> panels; ///< titles of a leaf's panels, the one in front first
    bool operator==(const DockTree&) const = default;

    bool is_empty() const { return parts.empty() && panels.empty(); }
    /// Whether the panel has a place anywhere in the tree.
    bool holds(std::string_view panel) const;
};

/// A dock that was handed to ImGui::DockSpace(); 0: none yet.
bool dock_exists(ImGuiID dock);
/// Whether nothing is docked there.
bool dock_is_empty(ImGuiID dock);
/// Makes the docks of an area of `size` pixels anew; nothing of before is left. Only `panels` are docked.
void build_docks(ImGuiID dock, const DockTree& tree, ImVec2 size, std::span<const std::string> panels);
/// Gives the docks that build_docks() made the lengths that the tree wants in an area of `size` pixels.
void resize_docks(ImGuiID dock, const DockTree& tree, ImVec2 size);
/// What stands on screen now. A panel that floats has no place in the tree.
DockTree tree_of_docks(ImGuiID dock, std::span<const std::string> panels);
/// A number that changes when somebody moves a panel or a gap between panels.
std::size_t fingerprint_of_docks(ImGuiID dock, std::span<const std::string> panels);

} // namespace gf::ui
