#include "app/shell/config_files.h"

#include "io/json.h"
#include "platform/error.h"
#include "platform/folders.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"
#include "text/utf8.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_settings_file = "settings.json";
constexpr const char* k_layout_book_file = "layouts.json";
constexpr const char* k_window_positions_file = "layout.ini";
constexpr const char* k_state_file = "state.json";
constexpr std::size_t k_max_state_size = 64 << 20; // bytes: all tokens of all branches stand there
constexpr std::size_t k_max_file_size = 1 << 20, k_max_warning_length = 400; // bytes

/// `text` on one line, and not longer than can be read in passing.
std::string one_line(std::string_view text) {
    std::string line = escape_invalid_utf8(text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
    if (line.size() <= k_max_warning_length) return line;
    line.resize(k_max_warning_length);
    line.resize(valid_utf8_size(line));
    return line + "...";
}

/// The text of a file; nullopt when there is none. @throws Error when it cannot be read or is larger than
/// `most` bytes
std::optional<std::string> read_text(const fs::path& path, std::size_t most = k_max_file_size) {
    std::error_code failed; // MappedFile reports a file that cannot be looked at
    if (fs::status(path, failed).type() == fs::file_type::not_found) return std::nullopt;
    const MappedFile file(path);
    if (file.text().size() > most)
        throw Error(
            {path.string(), fmt::format("at most {} bytes", most), std::to_string(file.text().size()), ""});
    return std::string(file.text());
}

/// Renames a file that is of no use. Returns the warning about it.
std::string set_aside(const fs::path& path, const Error& reason) {
    fs::path kept = path;
    kept += ".bad";
    std::error_code failed;
    fs::rename(path, kept, failed);
    const std::string where =
        failed ? "it could not be set aside: " + failed.message() : "kept as " + kept.string();
    return one_line(fmt::format("Ignored {}", reason.what())) + one_line(fmt::format(" ({})", where));
}

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t checksum(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return hash;
}

/// The first line of layout.ini, which Dear ImGui skips.
std::string checksum_line(std::string_view imgui_ini) {
    return fmt::format("[Glassformer][{:016x}]\n", checksum(imgui_ini));
}

} // namespace

fs::path config_folder() {
    const auto absolute_from = [](const char* name) {
        const char* value = std::getenv(name);
        const fs::path path = value ? value : "";
        return path.is_absolute() ? path : fs::path(); // the specification: relative ones are to be ignored
    };
    if (const fs::path config = absolute_from("XDG_CONFIG_HOME"); !config.empty())
        return config / "glassformer";
    const fs::path home = absolute_from("HOME");
    return home.empty() ? home : home / ".config" / "glassformer";
}

ConfigFiles::ConfigFiles(fs::path folder) : folder_(std::move(folder)) {}

Settings ConfigFiles::load_settings(std::string& warning) const {
    warning.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_settings_file;
    try {
        const auto text = read_text(path);
        if (!text) return {};
        std::vector<std::string> unknown;
        Settings settings = settings_from_json(parse_json(*text, path.string()), path.string(), unknown);
        if (!unknown.empty())
            warning = one_line(fmt::format("{}: ignored '{}', which this version does not know",
                                           path.string(), fmt::join(unknown, "', '")));
        return settings;
    } catch (const Error& damaged) {
        warning = set_aside(path, damaged);
        return {};
    }
}

LayoutBook ConfigFiles::load_layout_book(std::string& warning) const {
    warning.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_layout_book_file;
    try {
        const auto text = read_text(path);
        return text ? layout_book_from_json(parse_json(*text, path.string()), path.string()) : LayoutBook();
    } catch (const Error& damaged) {
        warning = set_aside(path, damaged);
        return {};
    }
}

std::string ConfigFiles::load_window_positions(std::string& warning) const {
    warning.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_window_positions_file;
    try {
        std::string text = read_text(path).value_or("");
        if (text.empty()) return text;
        const std::size_t begin = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view ini = std::string_view(text).substr(begin);
        if (std::string_view(text).substr(0, begin) != checksum_line(ini) ||
            ini.find('\0') != std::string_view::npos)
            throw Error({path.string(), "a layout with its checksum", "something else", ""});
        return text.substr(begin);
    } catch (const Error& damaged) {
        warning = set_aside(path, damaged);
        return {};
    }
}

std::vector<Command> ConfigFiles::load_state(std::string& warning) const {
    warning.clear();
    if (folder_.empty()) return {};
    const fs::path path = state_path();
    try {
        return read_state(path);
    } catch (const Error& damaged) {
        warning = set_aside(path, damaged);
        return {};
    }
}

std::vector<Command> ConfigFiles::read_state(const fs::path& path) {
    const auto text = read_text(path, k_max_state_size);
    return text ? commands_from_json(parse_json(*text, path.string()), path.string())
                : std::vector<Command>();
}

fs::path ConfigFiles::state_path() const { return folder_.empty() ? fs::path() : folder_ / k_state_file; }

void ConfigFiles::save_settings(const Settings& settings) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_settings_file, to_json(settings).dump(2) + "\n");
}

void ConfigFiles::save_layout_book(const LayoutBook& book) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_layout_book_file, to_json(book).dump(2) + "\n");
}

void ConfigFiles::save_window_positions(std::string_view imgui_ini) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_window_positions_file, checksum_line(imgui_ini).append(imgui_ini));
}

} // namespace gf::ui
