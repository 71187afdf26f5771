#pragma once
// Helpers that the tokenizer tests share: files, random texts and expected errors.

#include "support/expect_error.h"
#include "support/mutate.h"
#include "text/tokenizer.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

namespace gf::tests {

using Ids = std::vector<int>;

inline std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The tokenizer of 512 tokens that llama2.c trained on TinyStories.
inline std::filesystem::path tok512_path() {
    return std::filesystem::path(GLASSFORMER_MODELS_DIR) / "tok512.bin";
}

/// At most `longest` random bytes: even noise in one text of four, or else mostly ASCII.
inline std::string random_bytes(Random& random, std::size_t longest) {
    std::string text(random_below(random, longest + 1), '\0');
    const bool is_noise = random_below(random, 4) == 0;
    for (char& c : text)
        c = static_cast<char>(is_noise || random_below(random, 16) == 0 ? random()
                                                                        : ' ' + random_below(random, 95));
    return text;
}

} // namespace gf::tests
