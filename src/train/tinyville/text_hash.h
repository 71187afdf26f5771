#pragma once
// Hashes of text that are the same on every platform. They place templates and questions in a split, choose
// the facts that are held out, and identify a corpus and the recipe of a model that ships.

#include "core/random.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gf::tinyville {

inline constexpr std::uint64_t k_fnv_basis = 0xcbf29ce484222325u;

/// FNV-1a (Fowler, Noll, Vo) of `text`, going on from `hash`.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = k_fnv_basis) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// FNV-1a, finished by mix64 so that every bit of it may decide something.
constexpr std::uint64_t hash_text(std::string_view text) { return mix64(fnv1a(text)); }

/// Sixteen hexadecimal digits.
inline std::string hex_digits(std::uint64_t value) {
    std::string text(16, '0');
    for (auto c = text.rbegin(); c != text.rend(); ++c, value >>= 4) *c = "0123456789abcdef"[value & 15];
    return text;
}

} // namespace gf::tinyville
