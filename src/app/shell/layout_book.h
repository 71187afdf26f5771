#pragma once
// Where the panels stand, as data: the program's own layouts, those that a person saved, and how both are
// written to a file.

#include "app/widgets/docks.h"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

struct Layout {
    std::string name;
    DockTree root;
    std::vector<std::string> closed; ///< panels that have a place in the tree, but are not shown
    DockTree low;   ///< instead of `root` where there is not the height for three panels above each other
    DockTree small; ///< ... and where there is little room; empty: there is no other
    std::string inspected; ///< what the Inspector shows then; empty: it is left alone
    bool operator==(const Layout&) const = default;
};

/// "Overview", "Attention", "Sampling". The first one is the default.
std::span<const Layout> standard_layouts();

/// All that is kept about layouts from one start to the next.
struct LayoutBook {
    std::string current = "Overview";
    bool as_made = true; ///< the panels stand as `current` says; else as layout.ini does
    std::vector<std::string> closed;
    std::vector<Layout> saved;
    bool operator==(const LayoutBook&) const = default;

    /// nullptr when there is none of that name.
    const Layout* find(std::string_view name) const;
    /// All names, the program's own first.
    std::vector<std::string> names() const;
};
inline constexpr std::size_t k_most_saved_layouts = 32, k_longest_layout_name = 40; ///< bytes

nlohmann::json to_json(const LayoutBook& book);
/// @throws Error naming `where` and what is wrong
LayoutBook layout_book_from_json(const nlohmann::json& json, const std::string& where);

} // namespace gf::ui
