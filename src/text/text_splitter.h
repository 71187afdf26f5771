#pragma once
// Cuts a text into the pieces that the model of a tokenizer.json encodes: finds added tokens, normalizes the
// text between them, and pre-tokenizes it. Encoding and training both use it, and so see the same pieces.

#include "io/json.h"
#include "text/added_tokens.h"
#include "text/pre_tokenizer.h"
#include "text/rewriter.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf {

class TextSplitter {
  public:
    /// Reads "normalizer", "pre_tokenizer" and "added_tokens" of `file`, a tokenizer.json named `where`.
    /// @throws Error on damaged settings, and on those that are not supported.
    TextSplitter(const nlohmann::json& file, const std::string& where);

    /// Calls on_added(id) for each added token and on_piece(view) for each piece of the text between them,
    /// in the order of the text.
    template <class OnAdded, class OnPiece>
    void split(std::string_view text, OnAdded&& on_added, OnPiece&& on_piece) const {
        const auto part_of = [](std::string_view whole, const Span& s) {
            return whole.substr(s.begin, s.end - s.begin);
        };
        for (const TextSegment& outer : raw_matcher_.split(text)) {
            if (outer.id) {
                on_added(*outer.id);
                continue;
            }
            const std::string normalized = normalizer_.apply(part_of(text, outer.span));
            for (const TextSegment& inner : normalized_matcher_.split(normalized)) {
                if (inner.id) {
                    on_added(*inner.id);
                    continue;
                }
                const bool at_start = outer.span.begin + inner.span.begin == 0;
                const Pieces pieces = pre_tokenize(part_of(normalized, inner.span), at_start);
                for (std::size_t i = 0; i < pieces.size(); ++i) on_piece(pieces[i]);
            }
        }
    }

    const std::vector<AddedToken>& added_tokens() const { return added_tokens_; }
    bool is_byte_level() const { return pre_tokenizer_.is_byte_level; }

    /// Does encoding put a space in front of the text after this token?
    bool adds_space_after(const AddedToken& t) const {
        return pre_tokenizer_.prefixes_every_segment || (normalizer_.prepends() && !t.normalized);
    }

  private:
    Pieces pre_tokenize(std::string_view text, bool at_start) const;

    Rewriter normalizer_;
    PreTokenizer pre_tokenizer_;
    std::vector<AddedToken> added_tokens_;
    AddedTokenMatcher raw_matcher_;        // for the text as it is
    AddedTokenMatcher normalized_matcher_; // for the text after normalization
};

} // namespace gf
