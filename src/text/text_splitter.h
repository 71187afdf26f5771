#pragma once
// Cuts a text into the pieces that the model of a tokenizer.json encodes: finds added tokens, normalizes the
// text between them, and pre-tokenizes it. Encoding and training both use it, and so see the same pieces.

#include "io/json.h"
#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/pre_tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf {

class TextSplitter {
  public:
    /// Reads "normalizer" and "pre_tokenizer" of `file`, a tokenizer.json named `where`.
    /// @throws Error on damaged settings, and on those that are not supported.
    TextSplitter(const nlohmann::json& file, const std::string& where, const std::vector<AddedToken>& added);

    /// Calls on_added(id, origin) for each added token, and on_piece(aligned text, span) for each piece of
    /// the text between them, in the order of the text.
    /// @throws Error on a text of 4 GB or more
    template <class OnAdded, class OnPiece>
    void split(std::string_view text, OnAdded&& on_added, OnPiece&& on_piece) const {
        check_size(text);
        for (const TextSegment& outer : raw_matcher_.split(text)) {
            const auto [begin, end] = outer.span;
            if (outer.id) {
                on_added(*outer.id,
                         Origin{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
                continue;
            }
            const AlignedText normalized =
                normalizer_.apply(AlignedText(text.substr(begin, end - begin), begin));
            for (const TextSegment& inner : normalized_matcher_.split(normalized.text())) {
                if (inner.id) {
                    on_added(*inner.id, normalized.origin(inner.span));
                    continue;
                }
                const Pieces pieces = pre_tokenize(normalized, inner.span);
                for (std::size_t i = 0; i < pieces.size(); ++i) on_piece(pieces.text, pieces.span(i));
            }
        }
    }

    /// Are pieces written in GPT-2's characters for bytes?
    bool is_byte_level() const { return pre_tokenizer_.is_byte_level || normalizer_.is_byte_level(); }
    const PreTokenizer& pre_tokenizer() const { return pre_tokenizer_; }

    /// Does encoding put a space in front of the text after this token?
    bool adds_space_after(const AddedToken& t) const {
        return pre_tokenizer_.prefixes_every_segment || (normalizer_.prepends() && !t.normalized);
    }

  private:
    void check_size(std::string_view text) const;
    Pieces pre_tokenize(const AlignedText& text, Span span) const;

    std::string where_;
    Normalizer normalizer_;
    PreTokenizer pre_tokenizer_;
    AddedTokenMatcher raw_matcher_;        // for the text as it is
    AddedTokenMatcher normalized_matcher_; // for the text after normalization
};

} // namespace gf
