#include "app/panels/masks/mask_words.h"

#include "app/panels/masks/mask_presets.h"
#include "app/panels/masks/row_predictions.h"
#include "app/view/token_labels.h"

#include <fmt/format.h>

namespace gf::ui {
namespace {

/// The only painted cell of all, if one hidden cell is all that the rules are.
const PaintedCells* single_cell(const std::vector<MaskRule>& rules) {
    if (rules.size() != 1 || rules[0].has_shape() || rules[0].painted.size() != 1) return nullptr;
    const PaintedCells& cells = rules[0].painted[0];
    const bool is_one = cells.rows[1] == cells.rows[0] + 1 && cells.keys[1] == cells.keys[0] + 1;
    return is_one && !cells.visible ? &cells : nullptr;
}

} // namespace

int layer_it_passes(const MaskCase& c) {
    const auto* last = c.change(c.n() - 1);
    if (!last || last->before.token == last->now.token) return -1;
    int least = -1;
    double least_probability = 0.5 * static_cast<double>(last->before.probability);
    for (std::size_t l = 0; l < c.found->in_layer.size(); ++l) {
        if (c.found->in_layer[l].empty()) return -1;
        const double p = probability_of(c.found->in_layer[l], last->before.token);
        if (p < least_probability) least = static_cast<int>(l), least_probability = p;
    }
    return least;
}

std::string closing_sentence(const MaskCase& c) {
    if (c.rules().empty())
        return "This is the mask that the model was trained with. Click a cell to hide or show it, or choose "
               "another mask: every number here follows at once.";
    const auto* last = c.change(c.n() - 1);
    if (!last) return "";
    const std::string& before = token_labels().label(last->before.token);
    const std::string& now = token_labels().label(last->now.token);
    const int n_turned = n_rows_that_turn(c);
    if (last->largest == 0) return "The last row is exactly the same: nothing that it reads has changed.";
    if (last->before.token == last->now.token)
        return fmt::format("The next word stays {}: {:.1f} % before, {:.1f} % now. {} of {} rows predict "
                           "another token.",
                           before, 100 * last->before.probability, 100 * last->now.probability, n_turned,
                           c.n());
    const PaintedCells* cell = single_cell(c.rules());
    const int layer = layer_it_passes(c);
    if (cell && layer >= 0 && cell->rows[0] < c.n() && cell->keys[0] < c.n())
        return fmt::format(
            "One forbidden cell turns the next word from {} into {}: in layer {}, {} has to read {} "
            "for it.",
            before, now, layer, c.label(cell->rows[0]), c.label(cell->keys[0]));
    return fmt::format("The mask turns the next word from {} into {}; {} of {} rows predict another token.",
                       before, now, n_turned, c.n());
}

} // namespace gf::ui
