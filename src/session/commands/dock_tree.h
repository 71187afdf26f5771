#pragma once
// Where docked panels stand, as plain data: layouts and the command that arranges panels carry it; the window
// makes docks from it.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

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
    static constexpr std::string_view k_kind = "a split (`split`, `size`, two `parts`) or a leaf (`panels`)";
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
    bool holds(std::string_view panel) const {
        return std::find(panels.begin(), panels.end(), panel) != panels.end() ||
               std::any_of(parts.begin(), parts.end(),
                           [&](const DockTree& part) { return part.holds(panel); });
    }
};

} // namespace gf
