#include "text/load_tokenizer.h"

#include "core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>

namespace gf {

namespace {

constexpr std::uintmax_t k_largest_file = 512u << 20;

std::string read_file(const std::filesystem::path& path) {
    const std::string where = path.string();
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed))
        throw Error({where, "a tokenizer file", std::filesystem::exists(path, failed) ? "something else" : "no such file",
                     "pass a tokenizer.json, a llama2.c tok.bin, or a folder with a tokenizer.json"});
    const std::uintmax_t size = std::filesystem::file_size(path, failed);
    if (failed || size == 0 || size > k_largest_file)
        throw Error({where, fmt::format("1 byte to {} MB", k_largest_file >> 20),
                     failed ? failed.message() : fmt::format("{} bytes", size), "this is no tokenizer"});
    std::string bytes(size, '\0');
    if (!std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(size)))
        throw Error({where, fmt::format("{} readable bytes", size), "fewer", "check the file and its permissions"});
    return bytes;
}

} // namespace

std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path, std::optional<int> expected_size) {
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::is_directory(path, ignored) ? path / "tokenizer.json" : path;
    const std::string bytes = read_file(file);
    const std::size_t first = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size() - 1);
    const bool is_json = file.extension() == ".json" || (file.extension() != ".bin" && bytes[first] == '{');
    return is_json ? parse_tokenizer_json(bytes, file.string()) : parse_tok_bin(bytes, file.string(), expected_size);
}

} // namespace gf
