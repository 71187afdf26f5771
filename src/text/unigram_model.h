#pragma once
// Unigram: the likeliest cut of a piece, each token drawn by itself (Kudo 2018, arXiv:1804.10959).

#include "text/lattice.h"
#include "text/subword_model.h"

#include <array>

namespace gf {

class UnigramModel : public SubwordModel {
  public:
    UnigramModel(const nlohmann::json& model, const std::string& where);
    void encode(std::string_view piece, std::vector<int>& ids) const override;

  private:
    void add_unknown(std::string_view text, std::vector<int>& ids) const;

    std::vector<double> scores_; // by id
    PieceIndex index_{{}};
    double unknown_score_ = 0;
    std::optional<std::array<int, 256>> byte_ids_; // <0x00> .. <0xFF>, with byte_fallback
};

} // namespace gf
