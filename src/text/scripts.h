#pragma once
// The writing systems of the pre-tokenizer UnicodeScripts.

#include <string>

namespace gf {

/// PCRE2's expression for a stretch of text in one writing system, with the spaces in it and after it. The
/// characters of Japanese texts count as one system, as in SentencePiece.
std::string script_runs_pattern();

} // namespace gf
