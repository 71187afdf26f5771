#pragma once
// SentencePiece's tokenizer (Kudo and Richardson 2018, arXiv:1808.06226), from the file that is called
// tokenizer.model, spiece.model or sentencepiece.bpe.model. Used by load_tokenizer().

#include "text/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>

namespace gf {

/// What encode() adds around a text; the file does not say it.
struct SpecialEnds {
    bool bos = false, eos = false;
};

/// Parses the content of a tokenizer.model, which `where` names in messages.
/// @throws Error if it is damaged, or no such model
std::shared_ptr<const Tokenizer> parse_sentencepiece(std::string_view bytes, const std::string& where,
                                                     SpecialEnds ends = {});

} // namespace gf
