#pragma once
// Byte-pair encoding by a vocabulary and a ranked list of merges (Sennrich et al. 2016, arXiv:1508.07909).
// Made by parse_subword_model().

#include "text/merge_pairs.h"
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

    void encode(std::string_view piece, std::vector<int>& ids) const override;

  private:
    void read_merges(const nlohmann::json& merges);
    void add_merge(std::string_view left, std::string_view right, std::size_t rank);
    void append_character(std::string_view character, std::vector<int>& ids) const;
    bool append_bytes(std::string_view character, std::vector<int>& ids) const;

    std::unordered_map<std::uint64_t, Merge> merges_; // by pair_key()
    std::array<std::optional<int>, 256> byte_ids_; // ids of <0x00> to <0xFF>; all none without byte_fallback
    bool fuse_unknown_ = false;                    // neighbouring unknown characters make one token
    bool ignore_merges_ = false;                   // a piece that is a token as a whole needs no merges
};

} // namespace gf
