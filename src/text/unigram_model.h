#pragma once
// Unigram encodes a piece by its likeliest cut into tokens, where the probability of a cut is the product
// of its tokens' probabilities (Kudo 2018, arXiv:1804.10959). Made by parse_subword_model().

#include "text/lattice.h"
#include "text/regex.h"
#include "text/subword_model.h"

#include <array>

namespace gf {

class UnigramModel : public SubwordModel {
  public:
    /// @throws Error on a damaged model, and on settings that Glassformer does not support.
    UnigramModel(const nlohmann::json& model, const std::string& where);
    void encode(std::string_view piece, std::vector<PieceToken>& tokens) const override;

  private:
    void append_unknown(std::string_view piece, Span part, std::vector<PieceToken>& tokens) const;

    std::vector<double> scores_; // natural logarithms of the probabilities, by id
    PieceIndex index_{{}};       // pieces are known by their ids
    double unknown_score_ = 0;
    std::array<std::optional<int>, 256> byte_ids_; // ids of <0x00> to <0xFF>; all none without byte_fallback
};

} // namespace gf
