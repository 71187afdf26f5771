#pragma once
// Where the panels stand, as data: the program's own layouts, those that a person saved, and the JSON form of
// the latter. Used by PanelArrangement, which puts the panels there, and by ConfigFiles.

#include "app/widgets/docks.h"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

inline constexpr std::size_t k_max_saved_layouts = 32, k_max_layout_name_length = 40; ///< bytes

struct Layout {
    std::string name;
    DockTree root;
    std::vector<std::string> closed; ///< panels that have a place in the tree, but are not shown
    DockTree low;   ///< stands for `root` in a window too low for three panels above each other; may be empty
    DockTree small; ///< stands for `root` in a small window; may be empty
    std::string inspected; ///< the site or parameter that the Inspector shows then; empty: it is left alone
    bool operator==(const Layout&) const = default;
    static void fields(auto& layout, auto visit) { // of a person's own one, in layouts.json
        visit("name", layout.name, {.least = 1, .greatest = k_max_layout_name_length, .required = true});
        visit("closed", layout.closed);
        visit("inspected", layout.inspected);
        visit("root", layout.root, {.required = true});
    }
};

/// The program's own layouts: "Overview", "Attention", "One head", "Masks", "Positions", "Routing", "Lens",
/// "Attribution", "Cache", "Sampling", "Reading", "All panels". The first one is the default.
std::span<const Layout> standard_layouts();

/// All that is kept about layouts from one start to the next.
struct LayoutBook {
    std::string current = "Overview";
    bool is_untouched = true;        ///< the panels stand as `current` says; else as layout.ini does
    std::vector<std::string> closed; ///< panels that are not shown now
    std::vector<std::string> opened; ///< panels that are shown though the layout has no place for them
    std::vector<Layout> saved;       ///< the person's own
    bool operator==(const LayoutBook&) const = default;
    static void fields(auto& book, auto visit) { // of layouts.json
        visit("current", book.current);
        visit("as_made", book.is_untouched);
        visit("closed", book.closed);
        visit("opened", book.opened);
        visit("saved", book.saved, {.most_items = k_max_saved_layouts});
    }

    /// One of the program's or the person's layouts; nullptr when there is none of that name.
    const Layout* find(std::string_view name) const;
    /// All names, the program's own first.
    std::vector<std::string> names() const;
};
nlohmann::json to_json(const LayoutBook& book);
/// A current layout that does not exist becomes the default. @throws Error naming `where` and what is wrong
LayoutBook layout_book_from_json(const nlohmann::json& json, const std::string& where);

} // namespace gf::ui
