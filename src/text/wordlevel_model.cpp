#include "text/wordlevel_model.h"

namespace gf {

WordLevelModel::WordLevelModel(const nlohmann::json& model, const std::string& where) : SubwordModel(where) {
    json_check_keys(model, {"type", "vocab", "unk_token"}, where);
    read_vocab(json_object(model, "vocab", where));
    read_unknown_token(model, "<unk>");
}

void WordLevelModel::encode(std::string_view piece, std::vector<PieceToken>& tokens) const {
    const std::optional<int> id = vocab_.find(piece);
    tokens.push_back({id ? *id : unknown_id_for(piece), 0, piece.size()});
}

} // namespace gf
