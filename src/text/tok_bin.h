#pragma once
// llama2.c's tokenizer file (karpathy/llama2.c tokenizer.py, run.c). It holds the length of the longest
// token (int32, bytes), and then for each token its score (float32), its length (int32) and its bytes.
// Token 0 is <unk>, 1 BOS, 2 EOS, and 3 to 258 are the 256 bytes. Used by load_tokenizer().

#include "text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// Parses the content of a tok.bin, which `where` names in messages. The file does not say how many tokens it
/// has: all that are there are read. `expected_size` is the size of the model's vocabulary.
/// @throws Error on anything that is not such a file, or has another number of tokens than expected.
std::shared_ptr<const Tokenizer> parse_tok_bin(std::string_view bytes, const std::string& where,
                                               std::optional<int> expected_size = {});

} // namespace gf
