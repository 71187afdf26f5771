#include "text/load_tokenizer.h"

#include "platform/error.h"
#include "platform/mapped_file.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path,
                                                std::optional<int> expected_size) {
    constexpr std::size_t k_largest_file = 512u << 20;
    std::error_code ignored;
    const std::filesystem::path file =
        std::filesystem::is_directory(path, ignored) ? path / "tokenizer.json" : path;
    const MappedFile contents(file);
    const std::string_view bytes = contents.text();
    if (bytes.size() > k_largest_file)
        throw Error({file.string(), fmt::format("at most {} MB", k_largest_file >> 20),
                     fmt::format("{} bytes", bytes.size()), "pass a tokenizer.json or a llama2.c tok.bin"});

    const std::size_t first = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size() - 1);
    const bool is_json = file.extension() == ".json" || (file.extension() != ".bin" && bytes[first] == '{');
    return is_json ? parse_tokenizer_json(bytes, file.string())
                   : parse_tok_bin(bytes, file.string(), expected_size);
}

} // namespace gf
