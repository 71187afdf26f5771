#pragma once
// Reads the parts of a tokenizer.json around its model: normalizer, pre-tokenizer, decoder, post-processor.
// Used by TextSplitter and by the tokenizer of tokenizer_json.cpp. `where` names the part in messages.

#include "io/json.h"
#include "text/pre_tokenizer.h"
#include "text/rewriter.h"
#include "text/tokenizer.h"

#include <optional>
#include <string>
#include <vector>

namespace gf {

/// `object[key]`, or null if there is no such key.
const nlohmann::json& optional_part(const nlohmann::json& object, const char* key);

/// Reads "normalizer", which rewrites a text before it is cut.
/// @throws Error on a damaged or unsupported normalizer.
Rewriter parse_normalizer(const nlohmann::json& value, const std::string& where);

/// Reads "pre_tokenizer", which cuts a text into pieces.
/// @throws Error on a damaged or unsupported pre-tokenizer.
PreTokenizer parse_pre_tokenizer(const nlohmann::json& value, const std::string& where);

/// A "decoder", which tells what bytes a token's name stands for.
class TokenDecoder {
  public:
    /// @throws Error on a damaged or unsupported decoder.
    TokenDecoder(const nlohmann::json& value, const std::string& where);

    /// The token of that name, with its bytes and kind filled in.
    Token make_token(const std::string& name) const;

    bool is_byte_level() const { return is_byte_level_; }

    /// Does decoding drop one space at the start of a text?
    bool strips_leading_space() const { return strips_leading_space_ || word_prefix_; }

  private:
    Rewriter rewriter_;
    // WordPiece: the prefix of tokens that continue a word. Tokens without it stand after a space.
    std::optional<std::string> word_prefix_;
    bool cleans_up_ = false; // WordPiece: no space before punctuation
    bool is_byte_level_ = false;
    bool has_byte_fallback_ = false;
    bool fuses_ = false; // joins all tokens to one text, so that Strip after it means the start of that text
    bool strips_leading_space_ = false;
};

/// A "post_processor": the token ids that go around a text.
struct PostProcessor {
    std::vector<int> before, after;
};

/// @throws Error on a damaged or unsupported post-processor.
PostProcessor parse_post_processor(const nlohmann::json& value, const std::string& where);

} // namespace gf
