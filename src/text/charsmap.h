#pragma once
// SentencePiece's compiled table of what to write for which characters: its rules nmt_nfkc and the like (Kudo
// and Richardson 2018, arXiv:1808.06226). Used by Hugging Face's step Precompiled and by SentencePiece's own
// normalizer.

#include "text/normalizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gf {

class Charsmap {
  public:
    /// What the table has for the beginning of a text.
    struct Match {
        std::size_t size; ///< bytes of the text
        std::string_view content;
    };

    /// Reads the table: the size of a trie (uint32, bytes), the trie as a double array of darts-clone, and
    /// the texts that are written, each with a zero at its end. `where` names it in messages.
    /// @throws Error if it is damaged
    Charsmap(std::string_view blob, const std::string& where);

    /// The shortest and the longest key that `text` begins with; none if there is no key.
    std::optional<std::pair<Match, Match>> find(std::string_view text) const;

  private:
    std::vector<std::uint32_t> units_; // nodes of the trie
    std::string contents_;
};

/// Hugging Face's way to use the table: what a user takes for a character (a grapheme) is replaced as a whole
/// by what stands for the shortest key that it begins with; if there is none, each of its code points is.
class Precompiled : public NormalizerStep {
  public:
    explicit Precompiled(Charsmap charsmap) : charsmap_(std::move(charsmap)) {}
    AlignedText apply(const AlignedText& in) const override;

  private:
    Charsmap charsmap_;
};

/// The bytes that base64 stands for (RFC 4648).
/// @throws Error on anything else
std::string decode_base64(std::string_view text, const std::string& where);

} // namespace gf
