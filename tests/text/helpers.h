#pragma once
// What the tokenizer tests share.

#include "core/error.h"
#include "support/mutate.h"
#include "text/tokenizer.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

namespace gf::tests {

using Ids = std::vector<int>;

inline std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path tok512_path() {
    return std::filesystem::path(GLASSFORMER_MODELS_DIR) / "tok512.bin";
}

/// Any bytes, from even noise to mostly ASCII.
inline std::string random_bytes(Random& random, std::size_t longest) {
    std::string text(below(random, longest + 1), '\0');
    const bool is_noise = below(random, 4) == 0;
    for (char& c : text)
        c = static_cast<char>(is_noise || below(random, 16) == 0 ? random() : ' ' + below(random, 95));
    return text;
}

/// Runs `work`, which must throw Error with every one of `parts` in its message.
template <class Work>
void expect_error(Work&& work, std::initializer_list<std::string_view> parts) {
    try {
        work();
        ADD_FAILURE() << "no error, where one should name '" << *parts.begin() << "'";
    } catch (const Error& e) {
        for (const std::string_view part : parts)
            EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
}

} // namespace gf::tests
