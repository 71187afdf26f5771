#pragma once
// The "model" of a tokenizer.json: a vocabulary and a ranked list of merges.

#include "io/json.h"
#include "text/bpe.h"
#include "text/tokenizer.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf {

class BpeModel {
  public:
    /// Reads the object under "model". Throws Error, with `where`, on anything but a BPE model that encode() can run exactly.
    BpeModel(const nlohmann::json& model, const std::string& where);

    /// Appends the ids of one piece. Throws Error on a character that has no token, if there is no unknown token either.
    void encode(std::string_view piece, std::vector<int>& ids) const;

    const TokenIds& vocab() const { return vocab_; }
    std::optional<int> unknown_id() const { return unknown_id_; }

  private:
    void read_vocab(const nlohmann::json& vocab);
    void read_merges(const nlohmann::json& merges);
    void add_merge(std::string_view left, std::string_view right, std::size_t rank);
    void add_character(std::string_view character, std::vector<int>& ids) const;
    bool add_bytes(std::string_view character, std::vector<int>& ids) const;

    static std::uint64_t key(int left, int right) { return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right); }

    std::string where_;
    TokenIds vocab_;
    std::unordered_map<std::uint64_t, Merge> merges_;
    std::array<std::optional<int>, 256> byte_ids_; // <0x00> .. <0xFF>, with byte_fallback
    std::optional<int> unknown_id_;
    bool fuse_unknown_ = false, ignore_merges_ = false;
};

} // namespace gf
