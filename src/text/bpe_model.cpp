#include "text/bpe_model.h"

#include "platform/error.h"
#include "text/utf8.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

BpeModel::BpeModel(const json& model, const std::string& where) : SubwordModel(where) {
    json_check_keys(model,
                    {"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                     "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"},
                    where);
    prefix_ = json_string_or(model, "continuing_subword_prefix", "", where);
    suffix_ = json_string_or(model, "end_of_word_suffix", "", where);
    if (const double dropout = json_number_or(model, "dropout", 0, where); dropout != 0)
        throw Error({where + ": 'dropout'", "null", fmt::format("{}", dropout),
                     "it makes the encoding random: set it to null"});

    read_vocab(json_object(model, "vocab", where));
    read_merges(json_array(model, "merges", where));

    read_unknown_token(model, "");
    fuse_unknown_ = json_bool_or(model, "fuse_unk", false, where);
    ignore_merges_ = json_bool_or(model, "ignore_merges", false, where);
    if (json_bool_or(model, "byte_fallback", false, where))
        for (std::size_t b = 0; b < byte_ids_.size(); ++b)
            byte_ids_[b] = vocab_.find(byte_name(static_cast<unsigned char>(b)));
    const bool has_all_bytes =
        std::all_of(byte_ids_.begin(), byte_ids_.end(), [](const auto& id) { return id; });
    drops_unknown_ = unknown_name_.empty() && !has_all_bytes;
}

void BpeModel::read_merges(const json& merges) {
    merges_.reserve(merges.size());
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const json& merge = merges[rank];
        if (merge.is_string()) { // older files write "left right"
            const std::string_view both = merge.get_ref<const std::string&>();
            if (both.starts_with("#version"))
                continue; // the first line of the merges.txt that it was made of
            const std::size_t space = both.find(' ');
            if (space != both.npos && both.find(' ', space + 1) == both.npos) {
                add_merge(both.substr(0, space), both.substr(space + 1), rank);
                continue;
            }
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            add_merge(merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>(), rank);
            continue;
        }
        throw Error({fmt::format("{}: 'merges' item {}", where_, rank),
                     R"("left right" or ["left", "right"])", json_summary(merge), ""});
    }
}

void BpeModel::add_merge(std::string_view left, std::string_view right, std::size_t rank) {
    const auto id_of = [&](const std::string& name) {
        if (const auto found = vocab_.find(name)) return *found;
        throw Error({fmt::format("{}: 'merges' item {}", where_, rank), "tokens of 'vocab'",
                     fmt::format("'{}', which is none", name),
                     "vocabulary and merges must come from the same training"});
    };
    const std::string a(left), b(right);
    if (!b.starts_with(prefix_))
        throw Error({fmt::format("{}: 'merges' item {}", where_, rank),
                     fmt::format("a right token that begins with '{}', as no word does", prefix_), b,
                     "the file is damaged"});
    const std::uint64_t pair = pair_key(id_of(a), id_of(b));
    // A pair that is listed twice has the later rank, as in Hugging Face's library.
    merges_[pair] = {double(rank), id_of(a + b.substr(prefix_.size()))};
}

void BpeModel::encode(std::string_view piece, std::vector<PieceToken>& tokens) const {
    if (ignore_merges_) {
        if (const auto whole = vocab_.find(piece)) {
            tokens.push_back({*whole, 0, piece.size()});
            return;
        }
    }
    Symbols symbols = symbols_of(piece);
    const std::vector<int> firsts =
        merge_pairs(symbols.ids, [&](int left, int right) -> std::optional<Merge> {
            const auto it = merges_.find(pair_key(left, right));
            return it == merges_.end() ? std::nullopt : std::optional(it->second);
        });
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        const std::size_t next = i + 1 < firsts.size() ? std::size_t(firsts[i + 1]) : symbols.spans.size();
        tokens.push_back(
            {symbols.ids[i], symbols.spans[std::size_t(firsts[i])].begin, symbols.spans[next - 1].end});
    }
}

BpeModel::Symbols BpeModel::symbols_of(std::string_view piece) const {
    Symbols symbols;
    std::string name;
    for (std::size_t at = 0, end = 0; at < piece.size(); at = end) {
        end = at + code_point_at(piece, at).size;
        name.assign(at > 0 ? prefix_ : std::string());
        name += piece.substr(at, end - at);
        if (end == piece.size()) name += suffix_;
        if (const auto id = vocab_.find(name)) {
            if (symbols.unknown) symbols.add(*unknown_id_, *symbols.unknown);
            symbols.unknown.reset();
            symbols.add(*id, {at, end});
        } else if (!add_bytes(name, {at, end}, symbols) && !drops_unknown_) {
            add_unknown(piece, {at, end}, symbols);
        }
    }
    if (symbols.unknown) symbols.add(*unknown_id_, *symbols.unknown);
    return symbols;
}

/// Holds the unknown token back until a character with a token follows. So it comes after the bytes of
/// characters between them, as in Hugging Face's library.
void BpeModel::add_unknown(std::string_view piece, Span character, Symbols& symbols) const {
    const int id = unknown_id_for(piece.substr(character.begin, character.end - character.begin));
    if (symbols.unknown && fuse_unknown_)
        symbols.unknown->end = character.end;
    else {
        if (symbols.unknown) symbols.add(id, *symbols.unknown);
        symbols.unknown = character;
    }
}

/// Adds the tokens of the bytes of a character's name. Returns false, and adds nothing, unless all have one.
bool BpeModel::add_bytes(std::string_view name, Span character, Symbols& symbols) const {
    const auto id_of = [&](char c) { return byte_ids_[static_cast<unsigned char>(c)]; };
    for (const char c : name)
        if (!id_of(c)) return false;
    for (const char c : name) symbols.add(*id_of(c), character);
    return true;
}

} // namespace gf
