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
    for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (const std::string affix = json_string_or(model, name, "", where); !affix.empty())
            throw Error(
                {fmt::format("{}: '{}'", where, name), "null", affix, "Glassformer does not support it"});
    if (const double dropout = json_number_or(model, "dropout", 0, where); dropout != 0)
        throw Error({where + ": 'dropout'", "null", fmt::format("{}", dropout),
                     "it makes the encoding random: set it to null"});

    read_vocab(json_object(model, "vocab", where));
    read_merges(json_array(model, "merges", where));

    read_unknown_token(model);
    fuse_unknown_ = json_bool_or(model, "fuse_unk", false, where);
    ignore_merges_ = json_bool_or(model, "ignore_merges", false, where);
    if (json_bool_or(model, "byte_fallback", false, where))
        for (std::size_t b = 0; b < byte_ids_.size(); ++b)
            byte_ids_[b] = vocab_.find(byte_name(static_cast<unsigned char>(b)));
}

void BpeModel::read_merges(const json& merges) {
    merges_.reserve(merges.size());
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const json& merge = merges[rank];
        if (merge.is_string()) { // older files write "left right"
            const std::string_view both = merge.get_ref<const std::string&>();
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
    const std::uint64_t pair = pair_key(id_of(a), id_of(b));
    // A pair that is listed twice has the later rank, as in Hugging Face's library.
    merges_[pair] = {double(rank), id_of(a + b)};
}

void BpeModel::encode(std::string_view piece, std::vector<int>& ids) const {
    if (ignore_merges_) {
        if (const auto whole = vocab_.find(piece)) {
            ids.push_back(*whole);
            return;
        }
    }
    std::vector<int> symbols;
    for_each_char(piece, [&](std::string_view c) { append_character(c, symbols); });
    merge_pairs(symbols, [&](int left, int right) -> std::optional<Merge> {
        const auto it = merges_.find(pair_key(left, right));
        return it == merges_.end() ? std::nullopt : std::optional(it->second);
    });
    ids.insert(ids.end(), symbols.begin(), symbols.end());
}

void BpeModel::append_character(std::string_view character, std::vector<int>& ids) const {
    if (const auto id = vocab_.find(character)) {
        ids.push_back(*id);
    } else if (!append_bytes(character, ids)) {
        if (!unknown_id_)
            throw Error({where_ + ": 'vocab'", "a token for every character of the text",
                         fmt::format("none for '{}', and no 'unk_token'", escape_invalid_utf8(character)),
                         "leave the character out"});
        if (!fuse_unknown_ || ids.empty() || ids.back() != *unknown_id_) ids.push_back(*unknown_id_);
    }
}

/// Appends the tokens of the character's bytes. Returns false, and appends nothing, unless all have one.
bool BpeModel::append_bytes(std::string_view character, std::vector<int>& ids) const {
    const auto id_of = [&](char c) { return byte_ids_[static_cast<unsigned char>(c)]; };
    for (const char c : character)
        if (!id_of(c)) return false;
    for (const char c : character) ids.push_back(*id_of(c));
    return true;
}

} // namespace gf
