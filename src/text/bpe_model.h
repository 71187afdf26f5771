#pragma once
// Byte-pair encoding by a vocabulary and a ranked list of merges (Sennrich et al. 2016, arXiv:1508.07909).
// Made by parse_subword_model().

#include "text/merge_pairs.h"
#include "text/regex.h"
#include "text/subword_model.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf {

class BpeModel : public SubwordModel {
  public:
    /// @throws Error on a damaged model, and on settings that Glassformer does not support.
    BpeModel(const nlohmann::json& model, const std::string& where);

    void encode(std::string_view piece, std::vector<PieceToken>& tokens) const override;
    bool drops_unknown() const override { return drops_unknown_; }

  private:
    /// The characters of a piece as tokens, before they are merged.
    struct Symbols {
        std::vector<int> ids;
        std::vector<Span> spans;
        std::optional<Span> unknown; ///< a character whose unknown token is not yet among the others
        void add(int id, Span span) {
            ids.push_back(id);
            spans.push_back(span);
        }
    };

    void read_merges(const nlohmann::json& merges);
    void add_merge(std::string_view left, std::string_view right, std::size_t rank);
    Symbols symbols_of(std::string_view piece) const;
    void add_unknown(std::string_view piece, Span character, Symbols& symbols) const;
    bool add_bytes(std::string_view name, Span character, Symbols& symbols) const;

    std::unordered_map<std::uint64_t, Merge> merges_; // by pair_key()
    std::string prefix_, suffix_; // of characters that do not begin a piece, and of its last one
    std::array<std::optional<int>, 256> byte_ids_; // ids of <0x00> to <0xFF>; all none without byte_fallback
    bool drops_unknown_ = false;                   // characters without a token or bytes leave no trace
    bool fuse_unknown_ = false;                    // neighbouring unknown characters make one token
    bool ignore_merges_ = false;                   // a piece that is a token as a whole needs no merges
};

} // namespace gf
