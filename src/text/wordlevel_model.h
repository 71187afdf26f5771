#pragma once
// WordLevel: a piece is one token or unknown. Made by parse_subword_model().

#include "text/subword_model.h"

namespace gf {

class WordLevelModel : public SubwordModel {
  public:
    /// @throws Error on a damaged model.
    WordLevelModel(const nlohmann::json& model, const std::string& where);
    void encode(std::string_view piece, std::vector<PieceToken>& tokens) const override;
};

} // namespace gf
