#pragma once
// Byte-pair encoding: a vocabulary and a ranked list of merges.

#include "text/bpe.h"
#include "text/subword_model.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gf {

class BpeModel : public SubwordModel {
  public:
    BpeModel(const nlohmann::json& model, const std::string& where);

    void encode(std::string_view piece, std::vector<int>& ids) const override;

  private:
    void read_merges(const nlohmann::json& merges);
    void add_merge(std::string_view left, std::string_view right, std::size_t rank);
    void add_character(std::string_view character, std::vector<int>& ids) const;
    bool add_bytes(std::string_view character, std::vector<int>& ids) const;

    static std::uint64_t key(int left, int right) {
        return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
    }

    std::unordered_map<std::uint64_t, Merge> merges_;
    std::array<std::optional<int>, 256> byte_ids_; // <0x00> .. <0xFF>, with byte_fallback
    bool fuse_unknown_ = false, ignore_merges_ = false;
};

} // namespace gf
