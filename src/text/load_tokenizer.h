#pragma once
// Loads a tokenizer from a file or a model folder. Used by sessions, training and the command line.

#include "text/tok_bin.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace gf {

/// Is this the name of a tokenizer's file in Hugging Face layout?
bool is_tokenizer_name(std::string_view name);

/// The tokenizer's file in a folder in Hugging Face layout: tokenizer.json, else SentencePiece's file
/// (tokenizer.model, spiece.model), vocab.json with merges.txt, or vocab.txt. Empty if there is none.
std::filesystem::path tokenizer_in(const std::filesystem::path& folder);

/// Loads one of these files, a llama2.c tok.bin, or that of a folder. The name tells the format, or else the
/// content (JSON begins with a brace). `expected_size` is the size of the model's vocabulary, which a tok.bin
/// must have; the others are not checked against it.
/// @throws Error on a file that is missing, empty, larger than 512 MB, or no tokenizer.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path,
                                                std::optional<int> expected_size = {});

} // namespace gf
