#pragma once
// llama2.c's tokenizer file (karpathy/llama2.c tokenizer.py, run.c): int32 longest token in bytes; then for
// each token float32 score, int32 length, bytes. Token 0 is <unk>, 1 BOS, 2 EOS, 3..258 are the bytes.

#include "text/tokenizer.h"

#include <memory>

namespace gf {

/// Parses the content of a tok.bin. The file does not say how many tokens it has: all that are there, or
/// exactly `expected_size` (the model's vocabulary). Throws Error, with `where` as the file, on anything that
/// is not such a file.
std::shared_ptr<const Tokenizer> parse_tok_bin(std::string_view bytes, const std::string& where,
                                               std::optional<int> expected_size = {});

} // namespace gf
