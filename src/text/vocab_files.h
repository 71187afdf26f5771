#pragma once
// Tokenizers in the files that were usual before tokenizer.json: vocab.json with merges.txt (GPT-2, RoBERTa,
// Qwen2, CLIP) and vocab.txt (BERT). Both become what transformers would write as their tokenizer.json. Used
// by load_tokenizer().

#include "text/tokenizer.h"

#include <filesystem>
#include <memory>

namespace gf {

/// Reads vocab.json, the merges.txt beside it, and text/tokenizer_settings.h.
/// @throws Error if one is missing or damaged, and on classes of tokenizers that use these files otherwise
std::shared_ptr<const Tokenizer> load_vocab_and_merges(const std::filesystem::path& vocab_json);

/// Reads vocab.txt, a token in each line, and text/tokenizer_settings.h.
/// @throws Error if it is damaged, and on classes of tokenizers that use such a file otherwise
std::shared_ptr<const Tokenizer> load_vocab_txt(const std::filesystem::path& vocab_txt);

} // namespace gf
