#include "models/card.h"

#include "core/error.h"
#include "io/mapped_file.h"
#include "io/write_file.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace gf {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

struct BoundRow {
    Figure::Bound bound;
    const char *key, *sign;
};
constexpr std::array k_bounds = {BoundRow{Figure::Bound::at_least, "at_least", "≥"},
                                 BoundRow{Figure::Bound::above, "above", ">"},
                                 BoundRow{Figure::Bound::below, "below", "<"}};

Figure read_figure(const json& object, const std::string& where) {
    json_only_keys(object, {"what", "value", "at_least", "above", "below"}, where);
    Figure f{.what = json_string(object, "what", where), .value = json_number(object, "value", where)};
    for (const BoundRow& row : k_bounds)
        if (json_has(object, row.key)) f.bound = row.bound, f.limit = json_number(object, row.key, where);
    return f;
}

} // namespace

bool Figure::holds() const {
    switch (bound) {
    case Bound::none: break;
    case Bound::at_least: return value >= limit;
    case Bound::above: return value > limit;
    case Bound::below: return value < limit;
    }
    return true;
}

std::string Figure::requirement() const {
    for (const BoundRow& row : k_bounds)
        if (row.bound == bound) return fmt::format("{} {}", row.sign, figure_text(limit));
    return "";
}

void Card::add(std::string what, double value, Figure::Bound bound, double limit) {
    figures.push_back({std::move(what), value, bound, limit});
}

std::string figure_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e9) return fmt::format("{:.0f}", value);
    return std::abs(value) >= 0.001 ? fmt::format("{:.3f}", value) : fmt::format("{:.2g}", value);
}

std::optional<Card> read_card(const fs::path& folder) {
    const std::string where = (folder / "card.json").string();
    if (!fs::exists(where)) return std::nullopt;
    const json o = parse_json(MappedFile(where).text(), where);
    Card c;
    c.recipe = json_string(o, "recipe", where);
    c.corpus = json_string(o, "corpus", where);
    c.parameters = json_int(o, "parameters", where);
    c.steps = json_int(o, "steps", where);
    c.tokens = json_int(o, "tokens", where);
    c.minutes = json_number(o, "minutes", where);
    c.training_loss = json_number(o, "training_loss", where);
    c.loss = json_number(o, "loss", where);
    for (const json& f : json_array(o, "figures", where))
        c.figures.push_back(read_figure(f, where + ": 'figures'"));
    for (const json& v : json_array(o, "loss_by_position", where)) {
        if (!v.is_number()) throw Error({where + ": 'loss_by_position'", "numbers", json_found(v), ""});
        c.loss_by_position.push_back(v.get<double>());
    }
    for (const json& text : json_array(o, "samples", where)) {
        if (!text.is_string()) throw Error({where + ": 'samples'", "texts", json_found(text), ""});
        c.samples.push_back(text.get<std::string>());
    }
    return c;
}

void write_card(const fs::path& folder, const Card& c) {
    ordered_json figures = ordered_json::array();
    for (const Figure& f : c.figures) {
        figures.push_back({{"what", f.what}, {"value", f.value}});
        for (const BoundRow& row : k_bounds)
            if (row.bound == f.bound) figures.back()[row.key] = f.limit;
    }
    const ordered_json o{{"recipe", c.recipe},
                         {"corpus", c.corpus},
                         {"parameters", c.parameters},
                         {"steps", c.steps},
                         {"tokens", c.tokens},
                         {"minutes", c.minutes},
                         {"training_loss", c.training_loss},
                         {"loss", c.loss},
                         {"figures", figures},
                         {"loss_by_position", c.loss_by_position},
                         {"samples", c.samples}};
    write_file(folder / "card.json", o.dump(2) + "\n");
}

} // namespace gf
