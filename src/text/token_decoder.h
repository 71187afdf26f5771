#pragma once
// The "decoder" of a tokenizer.json, which tells what bytes a token's name stands for. Used by the tokenizer
// of tokenizer_json.cpp.

#include "io/json.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer.h"

#include <functional>
#include <string>
#include <vector>

namespace gf {

class TokenDecoder {
  public:
    /// Reads `value`, which `where` names in messages. Where it is null, names are undone as the
    /// pre-tokenizer and the normalizer (`is_byte_level`) made them: if pieces lost what stood between them,
    /// a space goes there.
    /// @throws Error on a damaged or unsupported decoder.
    TokenDecoder(const nlohmann::json& value, const std::string& where, const PreTokenizer& pre_tokenizer,
                 bool is_byte_level);

    /// The token of that name, with its bytes and kind filled in.
    Token make_token(const std::string& name) const;

    /// Does a token that repeats the one before it add nothing?
    bool repeats_are_one() const { return repeats_are_one_; }
    /// What decoding leaves out, as sentences for Tokenizer::notices().
    const std::vector<std::string>& notices() const { return notices_; }

  private:
    /// Rewrites the text of one token. `is_first`: no token stands before it.
    using Step = std::function<std::string(const std::string& text, bool is_first)>;
    struct Readers;

    std::string text_of(const std::string& name, bool is_first) const;

    std::vector<Step> steps_;
    std::string word_suffix_; // BPEDecoder: what the last token of a word ends with
    bool has_byte_fallback_ = false;
    bool fuses_ = false; // all tokens were joined, so that the start of a token is that of the text
    bool repeats_are_one_ = false;
    std::vector<std::string> notices_;
};

} // namespace gf
