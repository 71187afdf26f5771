#pragma once
// The parts of a tokenizer.json around its model, read into data and steps. What they cannot express is an Error.

#include "io/json.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gf {

/// "normalizer": rewrites the text before it is cut.
class Normalizer {
  public:
    /// `value` may be null: no normalizer.
    Normalizer(const nlohmann::json& value, const std::string& where) { add(value, where); }
    std::string apply(std::string_view text) const;
    bool prepends() const; ///< does it put something in front of every text?

  private:
    struct Step {
        std::string pattern; ///< every occurrence becomes `content`; empty: `content` goes in front of the text
        std::string content;
    };
    void add(const nlohmann::json& value, const std::string& where);
    std::vector<Step> steps_;
};

/// "pre_tokenizer": the steps in order, and what decoding must know of them.
struct PreTokenizers {
    std::vector<std::unique_ptr<const PreTokenizer>> steps;
    bool is_byte_level = false;
    bool prefixes_every_segment = false; ///< a space goes in front of text after an added token, too
};
PreTokenizers parse_pre_tokenizer(const nlohmann::json& value, const std::string& where);

/// "decoder": from a token's name to its bytes.
class TokenDecoder {
  public:
    TokenDecoder(const nlohmann::json& value, const std::string& where) { add(value, where); }
    /// The token of that name, its bytes and kind filled in.
    Token token(const std::string& name) const;
    bool is_byte_level() const { return byte_level_; }
    bool strips_start() const { return strips_start_; } ///< drops one space at the start of a text

  private:
    void add(const nlohmann::json& value, const std::string& where);
    std::vector<std::pair<std::string, std::string>> replacements_;
    bool byte_level_ = false, byte_fallback_ = false, fuses_ = false, strips_start_ = false;
};

/// "post_processor": ids that go around a text.
struct Template {
    std::vector<int> before, after;
};
Template parse_post_processor(const nlohmann::json& value, const std::string& where);

} // namespace gf
