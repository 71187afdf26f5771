#include "models/model_card.h"

#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

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
    const char* key;  ///< in card.json
    const char* sign; ///< in a text
};
constexpr std::array k_bounds = {BoundRow{Figure::Bound::at_least, "at_least", "≥"},
                                 BoundRow{Figure::Bound::above, "above", ">"},
                                 BoundRow{Figure::Bound::below, "below", "<"}};

Figure read_figure(const json& object, const std::string& where) {
    json_check_keys(object, {"what", "value", "at_least", "above", "below"}, where);
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

void ModelCard::add(std::string what, double value, Figure::Bound bound, double limit) {
    figures.push_back({std::move(what), value, bound, limit});
}

std::string figure_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e9) return fmt::format("{:.0f}", value);
    return std::abs(value) >= 0.001 ? fmt::format("{:.3f}", value) : fmt::format("{:.2g}", value);
}

std::optional<ModelCard> read_model_card(const fs::path& folder) {
    const std::string where = (folder / "card.json").string();
    if (!fs::exists(where)) return std::nullopt;
    const json object = parse_json(MappedFile(where).text(), where);
    ModelCard card;
    card.recipe = json_string(object, "recipe", where);
    card.corpus = json_string(object, "corpus", where);
    card.parameters = json_int(object, "parameters", where);
    card.steps = json_int(object, "steps", where);
    card.tokens = json_int(object, "tokens", where);
    card.minutes = json_number(object, "minutes", where);
    card.training_loss = json_number(object, "training_loss", where);
    card.loss = json_number(object, "loss", where);
    for (const json& f : json_array(object, "figures", where))
        card.figures.push_back(read_figure(f, where + ": 'figures'"));
    for (const json& v : json_array(object, "loss_by_position", where)) {
        if (!v.is_number()) throw Error({where + ": 'loss_by_position'", "numbers", json_summary(v), ""});
        card.loss_by_position.push_back(v.get<double>());
    }
    for (const json& text : json_array(object, "samples", where)) {
        if (!text.is_string()) throw Error({where + ": 'samples'", "texts", json_summary(text), ""});
        card.samples.push_back(text.get<std::string>());
    }
    return card;
}

void write_model_card(const fs::path& folder, const ModelCard& card) {
    ordered_json figures = ordered_json::array();
    for (const Figure& f : card.figures) {
        figures.push_back({{"what", f.what}, {"value", f.value}});
        for (const BoundRow& row : k_bounds)
            if (row.bound == f.bound) figures.back()[row.key] = f.limit;
    }
    const ordered_json object{{"recipe", card.recipe},
                              {"corpus", card.corpus},
                              {"parameters", card.parameters},
                              {"steps", card.steps},
                              {"tokens", card.tokens},
                              {"minutes", card.minutes},
                              {"training_loss", card.training_loss},
                              {"loss", card.loss},
                              {"figures", figures},
                              {"loss_by_position", card.loss_by_position},
                              {"samples", card.samples}};
    write_file(folder / "card.json", object.dump(2) + "\n");
}

} // namespace gf
