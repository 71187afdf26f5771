#pragma once
// A tokenizer.json's way from a text to the pieces that its model encodes. Training cuts its text the same
// way.

#include "text/added_tokens.h"
#include "text/tokenizer_steps.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf {

class TextSplitter {
  public:
    /// Reads "normalizer", "pre_tokenizer" and "added_tokens" of a file. Throws Error on what is not
    /// supported.
    TextSplitter(const nlohmann::json& file, const std::string& where);

    /// Calls, in the order of the text, on_added(id) for each added token and on_piece(view) for each piece
    /// between them.
    template <class OnAdded, class OnPiece>
    void split(std::string_view text, OnAdded&& on_added, OnPiece&& on_piece) const {
        const auto part = [](std::string_view whole, const Span& s) {
            return whole.substr(s.begin, s.end - s.begin);
        };
        for (const Stretch& outer : raw_added_.split(text)) {
            if (outer.id) {
                on_added(*outer.id);
                continue;
            }
            const std::string normalized = normalizer_.apply(part(text, outer.span));
            for (const Stretch& inner : normalized_added_.split(normalized)) {
                if (inner.id) {
                    on_added(*inner.id);
                    continue;
                }
                const Pieces pieces =
                    cut(part(normalized, inner.span), outer.span.begin + inner.span.begin == 0);
                for (std::size_t i = 0; i < pieces.size(); ++i) on_piece(pieces[i]);
            }
        }
    }

    const std::vector<AddedToken>& added() const { return added_; }
    bool is_byte_level() const { return pre_tokenizers_.is_byte_level; }
    /// Does the text after this token begin with a space that the text itself does not have?
    bool starts_segment(const AddedToken& t) const {
        return pre_tokenizers_.prefixes_every_segment || (normalizer_.prepends() && !t.normalized);
    }

  private:
    Pieces cut(std::string_view text, bool at_start) const;

    Rewriter normalizer_;
    PreTokenizers pre_tokenizers_;
    std::vector<AddedToken> added_;
    AddedTokenMatcher raw_added_, normalized_added_;
};

} // namespace gf
