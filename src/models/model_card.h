#pragma once
// Model cards (Mitchell et al. 2019, arXiv:1810.03993): what is known about a trained model, in card.json
// beside it. `glassformer models` writes them when it trains and measures; docs/models.md is made from them.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Something measured on held-out data, and the bound that it must keep.
struct Figure {
    enum class Bound { none, at_least, above, below };
    std::string what; ///< "stories that the parser calls grammatical, of 20"
    double value = 0;
    Bound bound = Bound::none;
    double limit = 0;

    bool holds() const;
    std::string requirement() const; ///< "> 0.500"; empty if nothing is required
    static void fields(auto& figure, auto visit) {
        visit("what", figure.what, {.required = true});
        visit("value", figure.value, {.required = true});
        visit.choice(figure.bound, figure.limit); // the limit stands under the name of the bound
    }
};
std::string_view name(Figure::Bound bound); ///< as in card.json; empty for none

struct ModelCard {
    std::string recipe; ///< ShippedModel::recipe_hash() of what was trained
    std::string corpus; ///< corpus_hash() (models/held_out.h) of what it was trained on
    std::int64_t parameters = 0, steps = 0, tokens = 0;
    double minutes = 0;       ///< how long the training took
    double training_loss = 0; ///< nats per target, mean of the last hundred steps
    double loss = 0;          ///< nats per target on the test split: held_out_loss() (models/held_out.h)
    std::vector<Figure> figures{};
    std::vector<double> loss_by_position{}; ///< mean of each block of k_position_block positions; often empty
    std::vector<std::string> samples{};     ///< texts that the model wrote

    /// Adds a figure.
    void add(std::string what, double value, Figure::Bound bound = Figure::Bound::none, double limit = 0);
    static void fields(auto& card, auto visit) {
        visit("recipe", card.recipe, {.required = true});
        visit("corpus", card.corpus, {.required = true});
        visit("parameters", card.parameters, {.required = true});
        visit("steps", card.steps, {.required = true});
        visit("tokens", card.tokens, {.required = true});
        visit("minutes", card.minutes, {.required = true});
        visit("training_loss", card.training_loss, {.required = true});
        visit("loss", card.loss, {.required = true});
        visit("figures", card.figures, {.required = true});
        visit("loss_by_position", card.loss_by_position, {.required = true});
        visit("samples", card.samples, {.required = true});
    }
};
inline constexpr int k_position_block = 16; ///< positions

/// Reads card.json; nullopt if the folder has none.
/// @throws Error naming file and key
std::optional<ModelCard> read_model_card(const std::filesystem::path& folder);
/// @throws Error when the file cannot be written
void write_model_card(const std::filesystem::path& folder, const ModelCard& card);

/// A figure's value in short form: 0.951, 18, 1.1e-05.
std::string figure_text(double value);

} // namespace gf
