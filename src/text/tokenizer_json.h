#pragma once
// Hugging Face's tokenizer.json. Supported are byte-pair encoding, either byte-level (GPT-2, Llama 3) or
// with byte fallback (Llama 2, Mistral), WordPiece (BERT), and Unigram with Metaspace. Used by
// load_tokenizer(), and by training for the tokenizer that it has made.

#include "text/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>

namespace gf {

/// Parses the content of a tokenizer.json. `where` names the file in messages.
/// @throws Error if it is damaged, and on every setting that changes the encoding and is not supported.
std::shared_ptr<const Tokenizer> parse_tokenizer_json(std::string_view bytes, const std::string& where);

} // namespace gf
