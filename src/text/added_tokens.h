#pragma once
// Tokens that are matched in the text as they stand, before anything else looks at it: <s>, <|endoftext|>.

#include "text/regex.h"
#include "text/tokenizer.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// An entry of a tokenizer.json's "added_tokens".
struct AddedToken {
    int id = 0;
    std::string content;
    bool lstrip = false, rstrip = false; ///< also takes the white space before, after
    bool normalized = false;             ///< matched in the text after normalization, in its normalized form
    bool special = false;
};

/// A stretch of text: an added token, or text between them.
struct Stretch {
    Span span;
    std::optional<int> id;
};

/// Finds a set of added tokens in a text.
class AddedTokenMatcher {
  public:
    /// `pattern` is what to look for, if it is not the token's own content. Does nothing if it is empty or
    /// taken.
    void add(const AddedToken& token, const std::string& pattern);

    /// Cuts `text` at the tokens; of those that begin at the same place, the longest. The segments cover
    /// `text`.
    std::vector<Stretch> split(std::string_view text) const;

  private:
    struct Found {
        const AddedToken* token;
        std::size_t size;
    };
    std::optional<Found> find(std::string_view text, std::size_t at) const;

    std::vector<AddedToken> tokens_;
    TokenIds index_; // pattern -> place in tokens_
    std::array<std::vector<std::size_t>, 256>
        lengths_; // of the patterns that begin with a byte, longest first
};

} // namespace gf
