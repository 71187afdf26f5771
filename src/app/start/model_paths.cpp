#include "app/start/model_paths.h"

#include "platform/error.h"
#include "text/load_tokenizer.h"
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

std::string home() {
    const char* value = std::getenv("HOME");
    return value ? value : "";
}

bool is_tokenizer_name(std::string_view name) {
    return name == "tokenizer.json" || (name.starts_with("tok") && name.ends_with(".bin"));
}

/// What PyTorch writes under the ending that llama2.c's models have.
bool is_pytorch_name(std::string_view name) {
    return name.starts_with("pytorch_model") || name == "training_args.bin";
}

/// The vocabulary's size from a llama2.c header (int32 dim, hidden_dim, n_layers, n_heads, n_kv_heads,
/// vocab_size, seq_len; negative: separate classifier).
int llama2c_vocabulary(const fs::path& model) {
    std::array<std::int32_t, 7> header{};
    std::ifstream(model, std::ios::binary).read(reinterpret_cast<char*>(header.data()), sizeof header);
    return std::abs(std::max(header[5], -std::numeric_limits<std::int32_t>::max()));
}

bool has_tokens(const fs::path& tokenizer, int n) {
    try {
        load_tokenizer(tokenizer, n);
        return true;
    } catch (const Error&) {
        return false;
    }
}

std::string tok_bin_beside(const fs::path& model) {
    std::vector<fs::path> found;
    std::error_code failed;
    const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".bin" && path_kind(at->path()) == PathKind::tokenizer)
            found.push_back(model.has_parent_path() ? at->path() : at->path().filename());
    if (found.size() == 1) return found.front().string();
    std::ranges::sort(found);
    const int n = llama2c_vocabulary(model);
    const auto fits = std::ranges::find_if(found, [&](const fs::path& file) { return has_tokens(file, n); });
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
    if (is_tokenizer_name(name)) return PathKind::tokenizer;
    return path.extension() == ".bin" && !is_pytorch_name(name) ? PathKind::model_file : PathKind::other;
}

fs::path typed_path(std::string_view text) {
    constexpr std::string_view k_blanks = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(k_blanks), text.size());
    text = text.substr(first, text.find_last_not_of(k_blanks) + 1 - first);
    if (text == "~" || text.starts_with("~/")) return home() + std::string(text.substr(1));
    return text;
}

std::string shown_name(const fs::path& name) {
    std::string text = escape_invalid_utf8(name.string());
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
    return text;
}

std::string shown_path(const fs::path& path) {
    std::string text = shown_name(path);
    const std::string folder = home();
    const bool is_home = folder.size() > 1 && text.starts_with(folder);
    if (is_home && (text.size() == folder.size() || text[folder.size()] == '/'))
        text.replace(0, folder.size(), "~");
    return text;
}

std::string shown_size(std::uintmax_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    auto size = static_cast<double>(bytes);
    constexpr std::array k_units = {"kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (size /= 1000; size >= 1000 && unit + 1 < k_units.size(); ++unit) size /= 1000;
    return fmt::format("{:.{}f} {}", size, size < 10 ? 1 : 0, k_units[unit]);
}

std::string shown_count(double n) {
    if (n >= 1e9) return fmt::format("{:.1f} G", n * 1e-9);
    if (n >= 1e6) return fmt::format("{:.1f} M", n * 1e-6);
    if (n >= 1e4) return fmt::format("{:.0f} k", n * 1e-3);
    return fmt::format("{:.0f}", n);
}

std::string guess_tokenizer(const fs::path& model) {
    const PathKind kind = path_kind(model);
    if (kind == PathKind::model_file) return tok_bin_beside(model);
    const bool in_folder = kind == PathKind::model_folder || kind == PathKind::folder;
    if (!in_folder && model.extension() != ".safetensors") return {};
    const fs::path file = (in_folder ? model : model.parent_path()) / "tokenizer.json";
    return path_kind(file) == PathKind::tokenizer ? file.string() : std::string();
}

command::Open open_dropped(const std::vector<std::string>& paths) {
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
