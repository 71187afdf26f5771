#include "app/shell/layout_book.h"

#include "io/fields.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace gf::ui {
namespace {

using nlohmann::json;

// The words in which layouts are written. A size is that of DockTree::size: a negative one is the length of
// the second part.
DockTree tabs(std::vector<std::string> panels) { return {false, 0.5f, {}, std::move(panels)}; }
DockTree beside(float size, DockTree a, DockTree b) { return {true, size, {std::move(a), std::move(b)}, {}}; }
DockTree above(float size, DockTree a, DockTree b) { return {false, size, {std::move(a), std::move(b)}, {}}; }

constexpr float k_text_height = -60, k_side_width = -310, k_outline_width = 212;

/// Two stacks of tabs above the text, for small windows.
DockTree two_stacks(std::vector<std::string> main, std::vector<std::string> side) {
    return above(k_text_height, beside(0.68f, tabs(std::move(main)), tabs(std::move(side))), tabs({"Text"}));
}

/// Flow leads, and what explains it shares a smaller place.
Layout overview_layout() {
    DockTree side = above(0.7f, tabs({"Sampling"}), tabs({"Heads", "Head", "Inspector", "Outline"}));
    return {"Overview",
            above(k_text_height, beside(k_side_width, tabs({"Flow"}), std::move(side)), tabs({"Text"})),
            {},
            above(k_text_height,
                  beside(k_side_width, tabs({"Flow", "Heads", "Head", "Outline"}),
                         tabs({"Sampling", "Inspector"})),
                  tabs({"Text"})),
            two_stacks({"Flow", "Heads", "Head", "Outline"}, {"Sampling", "Inspector"}),
            ""};
}

/// The text fills a page, with what is drawn next beside it.
Layout reading_layout() {
    return {"Reading",
            beside(k_side_width, tabs({"Text"}),
                   above(0.7f, tabs({"Sampling"}), tabs({"Outline", "Inspector", "Head", "Heads", "Flow"}))),
            {"Outline", "Inspector", "Head", "Heads", "Flow"},
            {},
            beside(0.6f, tabs({"Text"}), tabs({"Sampling", "Flow", "Heads", "Head", "Inspector", "Outline"})),
            ""};
}

Layout all_panels_layout() {
    DockTree upper =
        beside(k_outline_width, tabs({"Outline"}), beside(k_side_width, tabs({"Flow"}), tabs({"Sampling"})));
    DockTree lower = beside(k_side_width, beside(0.5f, tabs({"Heads"}), tabs({"Head"})), tabs({"Inspector"}));
    return {
        "All panels",
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

/// One head fills the window, as attention unrolled needs it.
Layout one_head_layout() {
    DockTree side = above(0.6f, tabs({"Heads"}), tabs({"Inspector", "Sampling", "Outline", "Flow"}));
    return {"One head",
            above(k_text_height, beside(k_side_width, tabs({"Head"}), std::move(side)), tabs({"Text"})),
            {"Heads", "Inspector", "Sampling", "Outline", "Flow"},
            {},
            {},
            ""};
}

/// The key-value cache to scale, with one head beside it.
Layout cache_layout() {
    DockTree side = above(0.5f, tabs({"Head"}), tabs({"Sampling", "Heads", "Inspector", "Outline", "Flow"}));
    return {"Cache",
            above(k_text_height, beside(-380, tabs({"Cache"}), std::move(side)), tabs({"Text"})),
            {"Sampling", "Heads", "Inspector", "Outline", "Flow"},
            {},
            two_stacks({"Cache", "Heads", "Flow", "Outline"}, {"Head", "Inspector", "Sampling"}),
            ""};
}

/// Who may look at whom leads; what it does and what masks are for stand beside it.
Layout masks_layout() {
    DockTree right = above(0.6f, tabs({"Mask effect"}), tabs({"Mask demos"}));
    return {"Masks",
            above(k_text_height, beside(0.61f, tabs({"Masks"}), std::move(right)), tabs({"Text"})),
            {"Outline", "Flow", "Sampling", "Heads", "Head", "Inspector"},
            {},
            above(k_text_height, beside(0.62f, tabs({"Masks"}), tabs({"Mask effect", "Mask demos"})),
                  tabs({"Text"})),
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

/// The schemes of positions fill the window above the text; what else there is stands behind.
Layout positions_layout() {
    return {"Positions",
            above(k_text_height,
                  tabs({"Positions", "Flow", "Heads", "Head", "Inspector", "Sampling", "Outline"}),
                  tabs({"Text"})),
            {"Flow", "Heads", "Head", "Inspector", "Sampling", "Outline"},
            {},
            {},
            ""};
}

/// Tokens and their experts lead; beside them one token's numbers, and the load of all.
Layout routing_layout() {
    DockTree right = above(0.58f, tabs({"Router"}), tabs({"Load"}));
    return {"Routing",
            above(k_text_height, beside(-400, tabs({"Routing"}), std::move(right)), tabs({"Text"})),
            {"Outline", "Flow", "Sampling", "Heads", "Head", "Inspector"},
            above(k_text_height, beside(-360, tabs({"Routing"}), tabs({"Router", "Load"})), tabs({"Text"})),
            two_stacks({"Routing"}, {"Router", "Load"}),
            ""};
}

/// What the stream means at each point, or who wrote it, fills the window above the text.
Layout meaning_layout(const std::string& panel) {
    return {panel,
            above(k_text_height, tabs({panel}), tabs({"Text"})),
            {"Outline", "Flow", "Sampling", "Heads", "Head", "Inspector"},
            {},
            {},
            ""};
}

/// The lesson beside the live workbench, and what its experiment shows.
Layout lab_layout() {
    DockTree right = above(0.62f, tabs({"Experiment"}), tabs({"Claims"}));
    DockTree main =
        beside(0.55f, tabs({"Head", "Heads", "Flow", "Sampling", "Inspector", "Outline"}), std::move(right));
    return {"Lab",
            above(k_text_height, beside(330, tabs({"Lesson"}), std::move(main)), tabs({"Text"})),
            {"Heads", "Flow", "Sampling", "Inspector", "Outline"},
            {},
            above(k_text_height,
                  beside(0.4f, tabs({"Lesson"}),
                         tabs({"Experiment", "Claims", "Head", "Heads", "Flow", "Sampling", "Inspector",
                               "Outline"})),
                  tabs({"Text"})),
            ""};
}

/// @throws Error for a part that would have no size
void check_sizes(const DockTree& tree, const std::string& where) {
    if (!tree.parts.empty() && std::abs(tree.size) < 0.01f)
        throw Error({where + ": 'size'", "0.01 or more, or -0.01 or less", fmt::format("{}", tree.size), ""});
    for (const DockTree& part : tree.parts) check_sizes(part, where);
}

} // namespace

std::span<const Layout> standard_layouts() {
    static const std::array layouts = {
        overview_layout(),  attention_layout(), one_head_layout(),      masks_layout(),
        positions_layout(), routing_layout(),   meaning_layout("Lens"), meaning_layout("Attribution"),
        lab_layout(),       cache_layout(),     sampling_layout(),      reading_layout(),
        all_panels_layout()};
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

json to_json(const LayoutBook& book) { return fields_to_json(book); }

LayoutBook layout_book_from_json(const json& object, const std::string& where) {
    auto book = fields_from_json<LayoutBook>(object, {.where = where});
    std::set<std::string_view> names;
    for (const Layout& own : standard_layouts()) names.insert(own.name);
    for (const Layout& layout : book.saved) {
        check_sizes(layout.root, fmt::format("{}: {}", where, json_summary(layout.name)));
        if (!names.insert(layout.name).second)
            throw Error({where + ": 'saved'", "names that differ", json_summary(layout.name) + " twice", ""});
    }
    if (!book.find(book.current)) book.current = LayoutBook().current;
    return book;
}

} // namespace gf::ui
