#include "app/shell/layout_book.h"

#include "io/json.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

using nlohmann::json;

constexpr int k_max_tree_depth = 16;

// The words in which layouts are written. A size is that of DockTree::size: a negative one is the length of
// the second part.
DockTree tabs(std::vector<std::string> panels) { return {false, 0.5f, {}, std::move(panels)}; }
DockTree beside(float size, DockTree a, DockTree b) { return {true, size, {std::move(a), std::move(b)}, {}}; }
DockTree above(float size, DockTree a, DockTree b) { return {false, size, {std::move(a), std::move(b)}, {}}; }

constexpr float k_text_height = -60, k_side_width = -310, k_outline_width = 212;

/// Two stacks of tabs above the text, for small windows.
DockTree two_stacks(std::vector<std::string> main, std::vector<std::string> side) {
    return above(k_text_height, beside(0.6f, tabs(std::move(main)), tabs(std::move(side))), tabs({"Text"}));
}

Layout overview_layout() {
    DockTree upper =
        beside(k_outline_width, tabs({"Outline"}), beside(k_side_width, tabs({"Flow"}), tabs({"Sampling"})));
    DockTree lower = beside(k_side_width, beside(0.5f, tabs({"Heads"}), tabs({"Head"})), tabs({"Inspector"}));
    return {
        "Overview",
        above(k_text_height, above(0.655f, std::move(upper), std::move(lower)), tabs({"Text"})),
        {},
        above(k_text_height,
              beside(k_side_width,
                     above(0.6f, tabs({"Flow", "Outline"}), beside(0.5f, tabs({"Heads"}), tabs({"Head"}))),
                     tabs({"Sampling", "Inspector"})),
              tabs({"Text"})),
        two_stacks({"Flow", "Heads", "Head", "Outline"}, {"Sampling", "Inspector"}),
        ""};
}

Layout attention_layout() {
    DockTree right = above(0.6f, tabs({"Heads"}), tabs({"Inspector", "Sampling"}));
    DockTree main =
        beside(k_outline_width, tabs({"Outline"}), beside(-480, tabs({"Head", "Flow"}), std::move(right)));
    return {"Attention",
            above(k_text_height, std::move(main), tabs({"Text"})),
            {"Outline", "Flow", "Sampling"},
            {},
            two_stacks({"Head", "Heads", "Flow", "Outline"}, {"Inspector", "Sampling"}),
            ""};
}

Layout sampling_layout() {
    DockTree right = above(0.5f, tabs({"Inspector"}), tabs({"Head", "Heads", "Flow"}));
    DockTree main =
        beside(k_outline_width, tabs({"Outline"}), beside(0.58f, tabs({"Sampling"}), std::move(right)));
    return {"Sampling",
            above(-140, std::move(main), tabs({"Text"})),
            {"Outline", "Flow", "Head", "Heads"},
            {},
            two_stacks({"Sampling", "Head", "Heads", "Flow", "Outline"}, {"Inspector"}),
            "logits"};
}

json tree_to_json(const DockTree& tree) {
    if (tree.parts.empty()) return {{"panels", tree.panels}};
    return {{"split", tree.side_by_side ? "beside" : "above"},
            {"size", std::round(tree.size * 1e5) / 1e5},
            {"parts", {tree_to_json(tree.parts[0]), tree_to_json(tree.parts[1])}}};
}

/// A list of names; empty where the key is missing.
std::vector<std::string> names_from(const json& object, const std::string& key, const std::string& where) {
    std::vector<std::string> list;
    if (!json_has(object, key)) return list;
    for (const json& item : json_array(object, key, where)) {
        if (!item.is_string()) throw Error({where + ": '" + key + "'", "names", json_summary(item), ""});
        list.push_back(item.get<std::string>());
    }
    return list;
}

DockTree tree_from_json(const json& object, const std::string& where, int depth) {
    if (depth > k_max_tree_depth)
        throw Error(
            {where + ": 'parts'", fmt::format("at most {} in each other", k_max_tree_depth), "more", ""});
    DockTree tree;
    if (!json_has(object, "split")) {
        tree.panels = names_from(object, "panels", where);
        return tree;
    }
    const std::string& split = json_string(object, "split", where);
    if (split != "beside" && split != "above")
        throw Error({where + ": 'split'", "'beside' or 'above'", json_summary(split), ""});
    tree.side_by_side = split == "beside";
    tree.size = static_cast<float>(json_number(object, "size", where));
    const float length = std::abs(tree.size);
    if (!(length >= 0.01f && length <= 10'000))
        throw Error({where + ": 'size'", "0.01 to 10000", fmt::format("{}", tree.size), ""});
    const json& parts = json_array(object, "parts", where);
    if (parts.size() != 2) throw Error({where + ": 'parts'", "two", std::to_string(parts.size()), ""});
    for (const json& part : parts) tree.parts.push_back(tree_from_json(part, where, depth + 1));
    return tree;
}

Layout layout_from_json(const json& object, const std::string& where) {
    Layout layout;
    layout.name = json_string(object, "name", where);
    if (layout.name.empty() || layout.name.size() > k_max_layout_name_length)
        throw Error({where + ": 'name'", fmt::format("1 to {} bytes", k_max_layout_name_length),
                     json_summary(layout.name), ""});
    layout.root = tree_from_json(json_object(object, "root", where), where, 0);
    layout.closed = names_from(object, "closed", where);
    layout.inspected = json_string_or(object, "inspected", "", where);
    return layout;
}

} // namespace

std::span<const Layout> standard_layouts() {
    static const std::array layouts = {overview_layout(), attention_layout(), sampling_layout()};
    return layouts;
}

const Layout* LayoutBook::find(std::string_view name) const {
    for (const Layout& layout : standard_layouts())
        if (layout.name == name) return &layout;
    for (const Layout& layout : saved)
        if (layout.name == name) return &layout;
    return nullptr;
}

std::vector<std::string> LayoutBook::names() const {
    std::vector<std::string> names;
    for (const Layout& layout : standard_layouts()) names.push_back(layout.name);
    for (const Layout& layout : saved) names.push_back(layout.name);
    return names;
}

json to_json(const LayoutBook& book) {
    json saved = json::array();
    for (const Layout& l : book.saved)
        saved.push_back({{"name", l.name},
                         {"closed", l.closed},
                         {"inspected", l.inspected},
                         {"root", tree_to_json(l.root)}});
    return {
        {"current", book.current}, {"as_made", book.is_untouched}, {"closed", book.closed}, {"saved", saved}};
}

LayoutBook layout_book_from_json(const json& object, const std::string& where) {
    LayoutBook book;
    book.current = json_string_or(object, "current", book.current, where);
    book.is_untouched = json_bool_or(object, "as_made", true, where);
    book.closed = names_from(object, "closed", where);
    if (json_has(object, "saved"))
        for (const json& layout : json_array(object, "saved", where)) {
            Layout read = layout_from_json(layout, where);
            if (book.find(read.name))
                throw Error(
                    {where + ": 'saved'", "names that differ", json_summary(read.name) + " twice", ""});
            book.saved.push_back(std::move(read));
        }
    if (book.saved.size() > k_max_saved_layouts)
        throw Error({where + ": 'saved'", fmt::format("at most {}", k_max_saved_layouts),
                     std::to_string(book.saved.size()), ""});
    if (!book.find(book.current)) book.current = LayoutBook().current;
    return book;
}

} // namespace gf::ui
