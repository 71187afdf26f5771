#pragma once
// A text on its way through normalizers and pre-tokenizers, where every byte knows the part of the original
// text that it came from. It gives the offsets of tokens. Used by the steps of text/normalizer.h and
// text/pre_tokenizer.h.

#include "text/regex.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// A part of the original text: bytes [begin, end).
struct Origin {
    std::uint32_t begin, end;
    bool operator==(const Origin&) const = default;
};

class AlignedText {
  public:
    AlignedText() = default;
    /// `text` as it stands in the original text, where it begins at byte `begin`. Each character comes from
    /// itself.
    explicit AlignedText(std::string_view text, std::size_t begin = 0);

    std::string_view text() const { return text_; }
    std::size_t size() const { return text_.size(); }
    std::string_view part(Span s) const { return text().substr(s.begin, s.end - s.begin); }

    /// The smallest part of the original text that holds the origins of these bytes, which must not be none.
    Origin origin(Span s) const;
    Origin origin(std::size_t at) const { return origins_[at]; }

    /// Appends these bytes of another text with their origins.
    void keep(const AlignedText& from, Span s);
    /// Appends bytes that stand for `origin`.
    void write(std::string_view bytes, Origin origin);

  private:
    std::string text_;
    std::vector<Origin> origins_; // by byte of text_
};

} // namespace gf
