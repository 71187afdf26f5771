#pragma once
// Hugging Face's tokenizer.json, with all normalizers, pre-tokenizers, models, post-processors and decoders
// of the library `tokenizers`. Used by load_tokenizer(), and by training for the tokenizer that it has made.

#include "io/json.h"
#include "text/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>

namespace gf {

/// Parses the content of a tokenizer.json. `where` names the file in messages.
/// @throws Error if it is damaged, and on every setting that changes the encoding and is not supported.
std::shared_ptr<const Tokenizer> parse_tokenizer_json(std::string_view bytes, const std::string& where);

/// The same for a file that is parsed already, or put together from other files.
std::shared_ptr<const Tokenizer> make_tokenizer(const nlohmann::json& file, const std::string& where);

} // namespace gf
