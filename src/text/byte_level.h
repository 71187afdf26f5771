#pragma once
// GPT-2's way to write any byte as a printable character, so that a vocabulary of bytes can be stored as
// text (Radford et al. 2019; openai/gpt-2 encoder.py). A byte that is printable in Latin-1 is written as
// that character, the others as U+0100 and upward. Used by byte-level tokenizers and their training.

#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// The character (UTF-8) that stands for `byte`.
std::string_view byte_level_char(unsigned char byte);

/// The bytes that the characters of `name` stand for; none if one of them stands for no byte.
std::optional<std::string> byte_level_bytes(std::string_view name);

} // namespace gf
