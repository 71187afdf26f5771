#pragma once
// Added tokens, such as <s> and <|endoftext|>, are found in a text by their characters before the rest of
// it is cut into pieces and encoded. Used by TextSplitter.

#include "io/json.h"
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
    bool single_word = false; ///< not inside a word
    bool lstrip = false;      ///< takes the white space before it, too
    bool rstrip = false;      ///< takes the white space after it, too
    bool normalized = false;  ///< matched in the text after normalization, in its normalized form
    bool special = false;     ///< a mark such as BOS, which decodes to nothing
};

/// Reads "added_tokens" of a tokenizer.json named `where`.
std::vector<AddedToken> read_added_tokens(const nlohmann::json& file, const std::string& where);

/// A part of a text: an added token, or the text between two of them.
struct TextSegment {
    Span span;
    std::optional<int> id; ///< the added token; none for text
};

/// Finds a set of added tokens in a text.
class AddedTokenMatcher {
  public:
    /// `pattern` is the text to look for: the token's content, normalized if the token is. Does nothing if
    /// `pattern` is empty or belongs to a token that was added before.
    void add(const AddedToken& token, const std::string& pattern);

    /// Cuts `text` into added tokens and the text between them. Of several tokens that begin at the same
    /// place the longest is taken. The segments cover `text` without gaps; white space that one token took
    /// after it belongs to the next segment, too, if that is a token found there.
    std::vector<TextSegment> split(std::string_view text) const;

  private:
    struct Match {
        const AddedToken* token;
        std::size_t size; ///< bytes of the pattern
    };
    std::optional<Match> match_at(std::string_view text, std::size_t at) const;

    std::vector<AddedToken> tokens_;
    StringIdMap index_; // pattern -> index in tokens_
    // By first byte: the lengths of the patterns that begin with it, longest first.
    std::array<std::vector<std::size_t>, 256> lengths_;
};

} // namespace gf
