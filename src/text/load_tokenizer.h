#pragma once
// Loads a tokenizer from a file or a model folder. Used by sessions, training and the command line.

#include "text/tok_bin.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace gf {

/// Loads a tokenizer.json, a llama2.c tok.bin, or the tokenizer.json of a folder. The extension tells the
/// format, or else the content (JSON begins with a brace). `expected_size` is the size of the model's
/// vocabulary, which a tok.bin must have; a tokenizer.json is not checked against it.
/// @throws Error on a file that is missing, empty, larger than 512 MB, or no tokenizer.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path,
                                                std::optional<int> expected_size = {});

} // namespace gf
