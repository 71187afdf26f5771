#pragma once
// What is known of a trained model: card.json beside it, written when it has been trained and measured.

#include "io/json.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// Something measured on held-out data, beside what is required of it.
struct Figure {
    enum class Bound { none, at_least, above, below };
    std::string what; ///< "stories that the parser calls grammatical, of 20"
    double value = 0;
    Bound bound = Bound::none;
    double limit = 0;

    bool holds() const;
    std::string requirement() const; ///< "> 0.5"; empty if nothing is required
};

struct Card {
    std::string recipe, corpus; ///< hashes: ShippedModel::recipe_hash(), held_out.h's corpus_hash()
    std::int64_t parameters = 0, steps = 0, tokens = 0;
    double minutes = 0;       ///< of training
    double training_loss = 0; ///< mean of the last hundred steps
    double loss = 0;          ///< nats per target on the test split: held_out.h's held_out_loss()
    std::vector<Figure> figures{};
    std::vector<double> loss_by_position{}; ///< of blocks of k_position_block tokens; empty where nobody asks
    std::vector<std::string> samples{};     ///< as the model wrote them

    void add(std::string what, double value, Figure::Bound bound = Figure::Bound::none, double limit = 0);
};
inline constexpr int k_position_block = 16;

/// None if there is no card. Throws Error naming file and key.
std::optional<Card> read_card(const std::filesystem::path& folder);
void write_card(const std::filesystem::path& folder, const Card& card);

/// How a figure is written: 0.951, 18, 1.08e-05.
std::string figure_text(double value);

} // namespace gf
