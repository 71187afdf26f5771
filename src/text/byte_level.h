#pragma once
// GPT-2's way to write any byte as a printable character, so that a vocabulary of bytes can be stored as text
// (Radford et al. 2019; openai/gpt-2 encoder.py): printable Latin-1 stands for itself, the rest for U+0100
// upward.

#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// The character (UTF-8) that stands for `byte`.
std::string_view byte_level_char(unsigned char byte);

/// The bytes that `name` stands for; none if one of its characters stands for no byte.
std::optional<std::string> byte_level_bytes(std::string_view name);

} // namespace gf
