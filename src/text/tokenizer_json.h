#pragma once
// Hugging Face's tokenizer.json: byte-pair encoding, byte-level (GPT-2, Llama 3) or with byte fallback (Llama
// 2, Mistral); WordPiece (BERT); Unigram with Metaspace.

#include "text/tokenizer.h"

#include <memory>

namespace gf {

/// Parses the content of a tokenizer.json. Throws Error, with `where` as the file, if it is damaged, and on
/// everything in it that changes the encoding and that Glassformer does not do.
std::shared_ptr<const Tokenizer> parse_tokenizer_json(std::string_view bytes, const std::string& where);

} // namespace gf
