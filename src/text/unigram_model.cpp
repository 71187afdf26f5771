#include "text/unigram_model.h"

#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

UnigramModel::UnigramModel(const json& model, const std::string& where) : SubwordModel(where) {
    constexpr double k_unknown_penalty = 10; // nats below the worst piece, as in SentencePiece
    json_check_keys(model, {"type", "unk_id", "vocab", "byte_fallback"}, where);
    std::vector<std::string> names;
    for (const json& entry : json_array(model, "vocab", where)) {
        const std::string item = fmt::format("{}: 'vocab' item {}", where, names.size());
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number() ||
            !(std::abs(entry[1].get<double>()) < 1e30))
            throw Error({item, "[token, score]", json_summary(entry), "the file is damaged"});
        names.push_back(entry[0].get<std::string>());
        scores_.push_back(entry[1].get<double>());
    }
    // Of a token that is listed twice the last one counts, as in Hugging Face's library.
    for (std::size_t i = names.size(); i-- > 0;)
        if (!vocab_.add(names[i], static_cast<int>(i))) names[i].clear();
    if (names.empty()) throw Error({where + ": 'vocab'", "tokens", "none", "the file is damaged"});
    index_ = PieceIndex(names);
    unknown_score_ = *std::min_element(scores_.begin(), scores_.end()) - k_unknown_penalty;
    if (json_has(model, "unk_id"))
        unknown_id_ = static_cast<int>(
            json_int(model, "unk_id", where, 0, static_cast<std::int64_t>(names.size()) - 1));
    if (json_bool_or(model, "byte_fallback", false, where))
        for (std::size_t b = 0; b < byte_ids_.size(); ++b)
            byte_ids_[b] = vocab_.find(byte_name(static_cast<unsigned char>(b)));
}

void UnigramModel::encode(std::string_view piece, std::vector<PieceToken>& tokens) const {
    constexpr std::size_t k_longest = 1u << 30; // bytes
    if (piece.size() > k_longest)
        throw Error({where_, "pieces of at most 1 GB", fmt::format("{} bytes", piece.size()), ""});
    const auto score = [&](int id) {
        return id == LatticeEdge::k_unknown ? unknown_score_ : scores_[std::size_t(id)];
    };
    const std::vector<LatticeEdge> path = best_path(lattice_edges(piece, index_), piece.size(), score);
    const auto is_unknown = [&](const LatticeEdge& e) {
        return e.piece == LatticeEdge::k_unknown || e.piece == unknown_id_;
    };
    for (std::size_t i = 0; i < path.size();) {
        Span part{std::size_t(path[i].begin), std::size_t(path[i].end)};
        if (!is_unknown(path[i])) {
            tokens.push_back({path[i++].piece, part.begin, part.end});
            continue;
        }
        // Neighbouring unknown characters make one token.
        for (; i < path.size() && is_unknown(path[i]); ++i) part.end = std::size_t(path[i].end);
        append_unknown(piece, part, tokens);
    }
}

void UnigramModel::append_unknown(std::string_view piece, Span part, std::vector<PieceToken>& tokens) const {
    const std::string_view text = piece.substr(part.begin, part.end - part.begin);
    const auto byte_id = [&](char c) { return byte_ids_[static_cast<unsigned char>(c)]; };
    const auto add = [&](int id) { tokens.push_back({id, part.begin, part.end}); };
    if (const auto id = vocab_.find(text))
        add(*id);
    else if (std::all_of(text.begin(), text.end(), [&](char c) { return byte_id(c).has_value(); }))
        for (const char c : text) add(*byte_id(c));
    else
        add(unknown_id_for(text));
}

} // namespace gf
