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

constexpr int k_deepest = 16;

DockTree leaf(std::vector<std::string> panels) { return {false, 0.5f, {}, std::move(panels)}; }
DockTree beside(float size, DockTree a, DockTree b) { return {true, size, {std::move(a), std::move(b)}, {}}; }
DockTree above(float size, DockTree a, DockTree b) { return {false, size, {std::move(a), std::move(b)}, {}}; }

constexpr float k_text = -60, k_side = -310, k_outline = 212;

/// Two stacks of tabs above the text.
DockTree stacks(std::vector<std::string> main, std::vector<std::string> side) {
    return above(k_text, beside(0.6f, leaf(std::move(main)), leaf(std::move(side))), leaf({"Text"}));
}

Layout overview() {
    DockTree upper = beside(k_outline, leaf({"Outline"}), beside(k_side, leaf({"Flow"}), leaf({"Sampling"})));
    DockTree lower = beside(k_side, beside(0.5f, leaf({"Heads"}), leaf({"Head"})), leaf({"Inspector"}));
    return {
        "Overview",
        above(k_text, above(0.655f, std::move(upper), std::move(lower)), leaf({"Text"})),
        {},
        above(k_text,
              beside(k_side,
                     above(0.6f, leaf({"Flow", "Outline"}), beside(0.5f, leaf({"Heads"}), leaf({"Head"}))),
                     leaf({"Sampling", "Inspector"})),
              leaf({"Text"})),
        stacks({"Flow", "Heads", "Head", "Outline"}, {"Sampling", "Inspector"}),
        ""};
}

Layout attention() {
    DockTree right = above(0.6f, leaf({"Heads"}), leaf({"Inspector", "Sampling"}));
    DockTree main =
        beside(k_outline, leaf({"Outline"}), beside(-480, leaf({"Head", "Flow"}), std::move(right)));
    return {"Attention",
            above(k_text, std::move(main), leaf({"Text"})),
            {"Outline", "Flow", "Sampling"},
            {},
            stacks({"Head", "Heads", "Flow", "Outline"}, {"Inspector", "Sampling"}),
            ""};
}

Layout sampling() {
    DockTree right = above(0.5f, leaf({"Inspector"}), leaf({"Head", "Heads", "Flow"}));
    DockTree main = beside(k_outline, leaf({"Outline"}), beside(0.58f, leaf({"Sampling"}), std::move(right)));
    return {"Sampling",
            above(-140, std::move(main), leaf({"Text"})),
            {"Outline", "Flow", "Head", "Heads"},
            {},
            stacks({"Sampling", "Head", "Heads", "Flow", "Outline"}, {"Inspector"}),
            "logits"};
}

json node_to_json(const DockTree& node) {
    if (node.parts.empty()) return {{"panels", node.panels}};
    return {{"split", node.side_by_side ? "beside" : "above"},
            {"size", std::round(node.size * 1e5) / 1e5},
            {"parts", {node_to_json(node.parts[0]), node_to_json(node.parts[1])}}};
}

std::vector<std::string> strings(const json& object, const std::string& key, const std::string& where) {
    std::vector<std::string> list;
    if (!json_has(object, key)) return list;
    for (const json& item : json_array(object, key, where)) {
        if (!item.is_string()) throw Error({where + ": '" + key + "'", "names", json_summary(item), ""});
        list.push_back(item.get<std::string>());
    }
    return list;
}

DockTree node_from_json(const json& object, const std::string& where, int depth) {
    if (depth > k_deepest)
        throw Error({where + ": 'parts'", fmt::format("at most {} in each other", k_deepest), "more", ""});
    DockTree node;
    if (!json_has(object, "split")) {
        node.panels = strings(object, "panels", where);
        return node;
    }
    const std::string& split = json_string(object, "split", where);
    if (split != "beside" && split != "above")
        throw Error({where + ": 'split'", "'beside' or 'above'", json_summary(split), ""});
    node.side_by_side = split == "beside";
    node.size = static_cast<float>(json_number(object, "size", where));
    const float length = std::abs(node.size);
    if (!(length >= 0.01f && length <= 10'000))
        throw Error({where + ": 'size'", "0.01 to 10000", fmt::format("{}", node.size), ""});
    const json& parts = json_array(object, "parts", where);
    if (parts.size() != 2) throw Error({where + ": 'parts'", "two", std::to_string(parts.size()), ""});
    for (const json& part : parts) node.parts.push_back(node_from_json(part, where, depth + 1));
    return node;
}

Layout layout_from_json(const json& object, const std::string& where) {
    Layout layout;
    layout.name = json_string(object, "name", where);
    if (layout.name.empty() || layout.name.size() > k_longest_layout_name)
        throw Error({where + ": 'name'", fmt::format("1 to {} bytes", k_longest_layout_name),
                     json_summary(layout.name), ""});
    layout.root = node_from_json(json_object(object, "root", where), where, 0);
    layout.closed = strings(object, "closed", where);
    layout.inspected = json_string_or(object, "inspected", "", where);
    return layout;
}

} // namespace

std::span<const Layout> standard_layouts() {
    static const std::array layouts = {overview(), attention(), sampling()};
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
                         {"root", node_to_json(l.root)}});
    return {{"current", book.current}, {"as_made", book.as_made}, {"closed", book.closed}, {"saved", saved}};
}

LayoutBook layout_book_from_json(const json& object, const std::string& where) {
    LayoutBook book;
    book.current = json_string_or(object, "current", book.current, where);
    book.as_made = json_bool_or(object, "as_made", true, where);
    book.closed = strings(object, "closed", where);
    if (json_has(object, "saved"))
        for (const json& layout : json_array(object, "saved", where)) {
            Layout read = layout_from_json(layout, where);
            if (book.find(read.name))
                throw Error(
                    {where + ": 'saved'", "names that differ", json_summary(read.name) + " twice", ""});
            book.saved.push_back(std::move(read));
        }
    if (book.saved.size() > k_most_saved_layouts)
        throw Error({where + ": 'saved'", fmt::format("at most {}", k_most_saved_layouts),
                     std::to_string(book.saved.size()), ""});
    if (!book.find(book.current)) book.current = LayoutBook().current;
    return book;
}

} // namespace gf::ui
