#include "models/model_card.h"

#include "io/fields.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace gf {

namespace fs = std::filesystem;

namespace {

struct BoundRow {
    std::string_view key;  ///< in card.json
    std::string_view sign; ///< in a text
};
constexpr std::array<BoundRow, 4> k_bounds = {{{"", ""}, {"at_least", "≥"}, {"above", ">"}, {"below", "<"}}};
const BoundRow& row_of(Figure::Bound bound) { return k_bounds[static_cast<std::size_t>(bound)]; }

} // namespace

std::string_view name(Figure::Bound bound) { return row_of(bound).key; }

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
    if (bound == Bound::none) return "";
    return fmt::format("{} {}", row_of(bound).sign, figure_text(limit));
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
    return fields_from_json<ModelCard>(parse_json(MappedFile(where).text(), where), {.where = where});
}

void write_model_card(const fs::path& folder, const ModelCard& card) {
    write_file(folder / "card.json", fields_to_json(card).dump(2) + "\n");
}

} // namespace gf
