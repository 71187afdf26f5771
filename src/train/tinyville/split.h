#pragma once
// The three parts of a corpus. People, templates and questions each belong to one of them.

#include "train/tinyville/text_hash.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace gf::tinyville {

enum class Split { train, validation, test };
inline constexpr std::array<const char*, 3> k_split_names = {"train", "validation", "test"};

/// 80 % train, 10 % validation, 10 % test, by hash.
constexpr Split split_of_key(std::string_view key) {
    const std::uint64_t tenth = hash_text(key) % 10;
    return tenth == 0 ? Split::validation : tenth == 1 ? Split::test : Split::train;
}

} // namespace gf::tinyville
