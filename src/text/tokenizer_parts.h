#pragma once
// Reads the parts of a tokenizer.json around its model: normalizer, pre-tokenizer, post-processor. The
// decoder has text/token_decoder.h. Used by TextSplitter and by the tokenizer of tokenizer_json.cpp. `where`
// names the part in messages.

#include "io/json.h"
#include "text/normalizer.h"
#include "text/pre_tokenizer.h"

#include <string>
#include <vector>

namespace gf {

/// `object[key]`, or null if there is no such key.
const nlohmann::json& optional_part(const nlohmann::json& object, const char* key);

/// Reads "normalizer", which rewrites a text before it is cut.
/// @throws Error on a damaged or unsupported normalizer.
Normalizer parse_normalizer(const nlohmann::json& value, const std::string& where);

/// Reads "pre_tokenizer", which cuts a text into pieces.
/// @throws Error on a damaged or unsupported pre-tokenizer.
PreTokenizer parse_pre_tokenizer(const nlohmann::json& value, const std::string& where);

/// A "post_processor": the token ids that go around a text.
struct PostProcessor {
    std::vector<int> before, after;
};

/// @throws Error on a damaged or unsupported post-processor.
PostProcessor parse_post_processor(const nlohmann::json& value, const std::string& where);

} // namespace gf
