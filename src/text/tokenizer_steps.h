#pragma once
// The parts of a tokenizer.json around its model, read into data and steps. What they cannot express is an
// Error.

#include "io/json.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Rewrites a text by steps. Their growth is bounded: a chain of hostile replacements throws Error.
class Rewriter {
  public:
    explicit Rewriter(std::string where) : where_(std::move(where)) {}
    void prepend(std::string content) {
        steps_.push_back({"", std::move(content), nullptr});
    } ///< to every text that is not empty
    void replace(std::string pattern, std::string content) {
        steps_.push_back({std::move(pattern), std::move(content), nullptr});
    }
    using Transform = std::string (*)(std::string_view); ///< of well-formed UTF-8
    void transform(Transform f) {
        steps_.push_back({"", "", f});
    } ///< of all that is well-formed; broken bytes stay
    std::string apply(std::string_view text) const;
    bool is_empty() const { return steps_.empty(); }
    bool prepends() const;

  private:
    struct Step {
        std::string pattern; ///< every occurrence becomes `content`; empty: `content` goes in front
        std::string content;
        Transform transform; ///< if there is one, it does the step
    };
    std::string where_;
    std::vector<Step> steps_;
};

/// `object[key]`, or null.
const nlohmann::json& optional_part(const nlohmann::json& object, const char* key);

/// "normalizer": rewrites the text before it is cut.
Rewriter parse_normalizer(const nlohmann::json& value, const std::string& where);

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
    TokenDecoder(const nlohmann::json& value, const std::string& where);
    /// The token of that name, its bytes and kind filled in.
    Token token(const std::string& name) const;
    bool is_byte_level() const { return byte_level_; }
    bool strips_start() const {
        return strips_start_ || word_prefix_;
    } ///< drops one space at the start of a text

  private:
    Rewriter rewriter_;
    std::optional<std::string>
        word_prefix_;        // WordPiece: begins what continues a word; other tokens stand after a space
    bool cleans_up_ = false; // WordPiece: no space before punctuation
    bool byte_level_ = false, byte_fallback_ = false, fuses_ = false, strips_start_ = false;
};

/// "post_processor": ids that go around a text.
struct Template {
    std::vector<int> before, after;
};
Template parse_post_processor(const nlohmann::json& value, const std::string& where);

} // namespace gf
