#pragma once
// A tokenizer from a file or a model folder.

#include "text/tok_bin.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace gf {

/// Loads a tokenizer.json, a llama2.c tok.bin, or the tokenizer.json of a folder. The extension decides, or
/// else the content (JSON begins with a brace). `expected_size` is the model's vocabulary, where a tok.bin
/// must match it. Throws Error on a file that is missing, empty, larger than 512 MB, or no tokenizer.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path,
                                                std::optional<int> expected_size = {});

} // namespace gf
