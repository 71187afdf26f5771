#pragma once
// Where docked panels stand, as a tree: docks are made from such a tree, and read back as one. The
// workbench's layouts are such trees; Dear ImGui's own docks stay behind these functions. Used by
// PanelArrangement.

#include <imgui.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// What DockTree::side_by_side is called: false and true.
inline constexpr std::array<std::string_view, 2> k_split_words{"above", "beside"};

/// A tree of splits. Its leaves are panels, as tabs where there are several.
struct DockTree {
    bool side_by_side = false; ///< a split's parts stand side by side; else one above the other
    /// The size of a split's first part. Below 1 it is a fraction of the whole, from 1 on a length of the
    /// design for a window of 1600 x 900. If it is negative, it says the size of the second part instead.
    float size = 0.5f;
    std::vector<DockTree> parts;     ///< two, or none
    std::vector<std::string> panels; ///< titles of a leaf's panels, the one in front first
    bool operator==(const DockTree&) const = default;
    static void fields(auto& tree, auto visit) { // as io/fields.h wants them: a split or a leaf
        visit("parts", tree.parts, {.skip_empty = true, .least_items = 2, .most_items = 2});
        const bool is_split = !tree.parts.empty();
        visit("split", tree.side_by_side, {.required = true, .when = is_split, .words = k_split_words});
        visit("size", tree.size,
              {.least = -10'000, .greatest = 10'000, .required = true, .when = is_split, .decimals = 5});
        visit("panels", tree.panels, {.when = !is_split});
    }

    bool is_empty() const { return parts.empty() && panels.empty(); }
    /// Whether the panel has a place anywhere in the tree.
    bool holds(std::string_view panel) const;
};

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

} // namespace gf::ui
