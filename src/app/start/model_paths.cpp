#include "app/start/model_paths.h"

#include "platform/error.h"
#include "text/load_tokenizer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <limits>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

std::string home_folder() {
    const char* value = std::getenv("HOME");
    return value ? value : "";
}

bool is_tok_bin_name(std::string_view name) { return name.starts_with("tok") && name.ends_with(".bin"); }

/// PyTorch's files that end in .bin, as llama2.c's models do.
bool is_pytorch_name(std::string_view name) {
    return name.starts_with("pytorch_model") || name == "training_args.bin";
}

/// The number of tokens that a llama2.c model knows, from its header: int32 dim, hidden_dim, n_layers,
/// n_heads, n_kv_heads, vocab_size, seq_len. A negative vocab_size stands for a separate classifier. 0 for a
/// file without header.
int llama2c_vocab_size(const fs::path& model) {
    std::array<std::int32_t, 7> header{};
    std::ifstream(model, std::ios::binary).read(reinterpret_cast<char*>(header.data()), sizeof header);
    // abs() of the least integer does not exist.
    return std::abs(std::max(header[5], -std::numeric_limits<std::int32_t>::max()));
}

/// Whether a tokenizer's file has exactly this many tokens.
bool has_vocab_size(const fs::path& tokenizer, int vocab_size) {
    try {
        load_tokenizer(tokenizer, vocab_size);
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// The tok*.bin beside a llama2.c model; of several the first one that fits it. Empty when there is none.
std::string tok_bin_beside(const fs::path& model) {
    std::vector<fs::path> found;
    std::error_code failed;
    const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".bin" && path_kind(at->path()) == PathKind::tokenizer)
            found.push_back(model.has_parent_path() ? at->path() : at->path().filename());
    if (found.size() == 1) return found.front().string();
    std::ranges::sort(found);
    const int vocab_size = llama2c_vocab_size(model);
    const auto fits =
        std::ranges::find_if(found, [&](const fs::path& file) { return has_vocab_size(file, vocab_size); });
    return fits == found.end() ? std::string() : fits->string();
}

} // namespace

PathKind path_kind(const fs::path& path) {
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (!fs::exists(status)) return PathKind::missing;
    if (fs::is_directory(status))
        return fs::exists(path / "config.json", failed) ? PathKind::model_folder : PathKind::folder;
    const std::string name = path.filename().string();
    if (!fs::is_regular_file(status)) return PathKind::other;
    if (is_tokenizer_name(name) || is_tok_bin_name(name)) return PathKind::tokenizer;
    return path.extension() == ".bin" && !is_pytorch_name(name) ? PathKind::model_file : PathKind::other;
}

fs::path typed_path(std::string_view text) {
    constexpr std::string_view k_blanks = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(k_blanks), text.size());
    text = text.substr(first, text.find_last_not_of(k_blanks) + 1 - first);
    if (text == "~" || text.starts_with("~/")) return home_folder() + std::string(text.substr(1));
    return text;
}

std::string guess_tokenizer(const fs::path& model) {
    const PathKind kind = path_kind(model);
    if (kind == PathKind::model_file) return tok_bin_beside(model);
    const bool in_folder = kind == PathKind::model_folder || kind == PathKind::folder;
    if (!in_folder && model.extension() != ".safetensors") return {};
    return tokenizer_in(in_folder ? model : model.parent_path()).string();
}

command::Open command_for_dropped_files(const std::vector<std::string>& paths) {
    command::Open open;
    for (const std::string& text : paths) {
        const fs::path path = text;
        if (path_kind(path) == PathKind::tokenizer)
            open.tokenizer = text;
        else
            open.model = path.filename() == "config.json" ? path.parent_path().string() : text;
    }
    if (open.tokenizer.empty() && !open.model.empty()) open.tokenizer = guess_tokenizer(open.model);
    return open;
}

} // namespace gf::ui
