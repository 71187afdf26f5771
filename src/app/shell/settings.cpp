#include "app/shell/settings.h"

#include "app/host/imgui_host.h"
#include "io/json.h"
#include "platform/error.h"
#include "platform/folders.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"
#include "text/utf8.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <optional>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* k_settings = "settings.json";
constexpr const char* k_layout = "layout.ini";
constexpr const char* k_layouts = "layouts.json";
constexpr std::size_t k_largest_file = 1 << 20, k_longest_path = 4096, k_longest_note = 400; // bytes
constexpr int k_least_window = 320, k_greatest_window = 16384;
constexpr double k_greatest_speed = 1e6;

std::string absolute(const std::string& path) {
    if (path.empty()) return {};
    std::error_code failed;
    fs::path whole = fs::absolute(path, failed);
    whole = (failed ? fs::path(path) : whole).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).string(); // "models/" is "models"
}

/// `text` on one line, and not longer than can be read in passing.
std::string one_line(std::string_view text) {
    std::string line = escape_invalid_utf8(text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
    if (line.size() <= k_longest_note) return line;
    line.resize(k_longest_note);
    line.resize(valid_utf8_size(line));
    return line + "...";
}

/// The whole file; nullopt when there is none. @throws Error when it cannot be read or is larger than
/// k_largest_file
std::optional<std::string> read_whole(const fs::path& path) {
    std::error_code failed; // what cannot be looked at is reported by MappedFile
    if (fs::status(path, failed).type() == fs::file_type::not_found) return std::nullopt;
    const MappedFile file(path);
    if (file.text().size() > k_largest_file)
        throw Error({path.string(), fmt::format("at most {} bytes", k_largest_file),
                     std::to_string(file.text().size()), ""});
    return std::string(file.text());
}

/// Renames a file that is of no use. Returns the line that tells it.
std::string set_aside(const fs::path& path, const Error& reason) {
    fs::path kept = path;
    kept += ".bad";
    std::error_code failed;
    fs::rename(path, kept, failed);
    const std::string where =
        failed ? "it could not be set aside: " + failed.message() : "kept as " + kept.string();
    return one_line(fmt::format("Ignored {}", reason.what())) + one_line(fmt::format(" ({})", where));
}

double json_number_in(const json& object, const std::string& key, double fallback, double least,
                      double greatest, const std::string& where) {
    const double number = json_number_or(object, key, fallback, where);
    if (!(number >= least && number <= greatest))
        throw Error({fmt::format("{}: '{}'", where, key), fmt::format("{} to {}", least, greatest),
                     fmt::format("{}", number), ""});
    return number;
}

bool is_path(std::string_view text) {
    return text.size() <= k_longest_path && text.find('\0') == std::string_view::npos && is_valid_utf8(text);
}

std::string json_path(const json& object, const std::string& key, const std::string& where) {
    std::string path = json_string_or(object, key, "", where);
    if (!is_path(path))
        throw Error(
            {fmt::format("{}: '{}'", where, key), "a path", "one that is too long or holds a zero", ""});
    return path;
}

std::vector<RecentModel> recent_from(const json& object, const std::string& where) {
    Settings settings;
    if (!json_has(object, "recent")) return {};
    const json& list = json_array(object, "recent", where);
    if (list.size() > k_most_recent_models)
        throw Error({where + ": 'recent'", fmt::format("at most {} models", k_most_recent_models),
                     std::to_string(list.size()), ""});
    for (auto entry = list.rbegin(); entry != list.rend(); ++entry) { // remember() wants the newest last
        const std::string model = json_path(*entry, "model", where + ": 'recent'");
        if (model.empty()) throw Error({where + ": 'recent'", "the path of a model", "an entry without", ""});
        settings.remember({model, json_path(*entry, "tokenizer", where + ": 'recent'")});
    }
    return std::move(settings.recent);
}

ThemeName theme_from(const json& object, const std::string& where) {
    const std::string label =
        json_string_or(object, "theme", std::string(theme_of(Settings().theme).label), where);
    try {
        return theme_named(label);
    } catch (const Error& unknown) {
        throw Error({where + ": 'theme'", unknown.problem().expected, json_summary(label), ""});
    }
}

Settings settings_from(const json& object, const std::string& where) {
    Settings s;
    s.theme = theme_from(object, where);
    s.scale =
        static_cast<float>(json_number_in(object, "scale", s.scale, k_least_scale, k_greatest_scale, where));
    s.motion = json_bool_or(object, "motion", s.motion, where);
    s.speed = json_number_in(object, "tokens_per_s", s.speed, 0, k_greatest_speed, where);
    s.trace_megabytes = json_number_in(object, "trace_megabytes", s.trace_megabytes, 1, 1e6, where);
    s.window_width = static_cast<int>(
        json_int_or(object, "window_width", s.window_width, where, k_least_window, k_greatest_window));
    s.window_height = static_cast<int>(
        json_int_or(object, "window_height", s.window_height, where, k_least_window, k_greatest_window));
    s.recent = recent_from(object, where);
    return s;
}

/// Always within the ranges that settings_from() takes.
nlohmann::ordered_json to_json(const Settings& s) {
    nlohmann::ordered_json recent = nlohmann::ordered_json::array();
    for (const RecentModel& r : s.recent)
        if (is_path(r.model) && is_path(r.tokenizer))
            recent.push_back({{"model", r.model}, {"tokenizer", r.tokenizer}});
    return {{"theme", theme_of(s.theme).label},
            {"scale", std::round(std::clamp(s.scale, k_least_scale, k_greatest_scale) * 1000.0) /
                          1000}, // 1.1, not 1.10000002
            {"motion", s.motion},
            {"tokens_per_s", std::clamp(s.speed, 0.0, k_greatest_speed)},
            {"trace_megabytes", std::clamp(s.trace_megabytes, 1.0, 1e6)},
            {"window_width", std::clamp(s.window_width, k_least_window, k_greatest_window)},
            {"window_height", std::clamp(s.window_height, k_least_window, k_greatest_window)},
            {"recent", recent}};
}

/// Keys that a newer version may have written.
std::string unknown_keys(const json& object) {
    const nlohmann::ordered_json known = to_json(Settings());
    std::string names;
    for (const auto& [key, value] : object.items())
        if (!known.contains(key)) names += (names.empty() ? "'" : ", '") + key + "'";
    return names;
}

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t checksum(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return hash;
}

std::string layout_header(std::string_view imgui_ini) {
    return fmt::format("[Glassformer][{:016x}]\n", checksum(imgui_ini));
}

} // namespace

void Settings::remember(const RecentModel& opened) {
    RecentModel entry{absolute(opened.model), absolute(opened.tokenizer)};
    if (entry.model.empty()) return;
    std::erase_if(recent, [&](const RecentModel& other) { return other.model == entry.model; });
    recent.insert(recent.begin(), std::move(entry));
    if (recent.size() > k_most_recent_models) recent.resize(k_most_recent_models);
}

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

SettingsFile::SettingsFile(fs::path folder) : folder_(std::move(folder)) {}

Settings SettingsFile::load(std::string& note) const {
    note.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_settings;
    try {
        const auto text = read_whole(path);
        if (!text) return {};
        const json object = parse_json(*text, path.string());
        const Settings settings = settings_from(object, path.string());
        if (const std::string unknown = unknown_keys(object); !unknown.empty())
            note = one_line(
                fmt::format("{}: ignored {}, which this version does not know", path.string(), unknown));
        return settings;
    } catch (const Error& damaged) {
        note = set_aside(path, damaged);
        return {};
    }
}

void SettingsFile::save(const Settings& settings) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_settings, to_json(settings).dump(2) + "\n");
}

std::string SettingsFile::load_layout(std::string& note) const {
    note.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_layout;
    try {
        std::string text = read_whole(path).value_or("");
        if (text.empty()) return text;
        const std::size_t begin = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view ini = std::string_view(text).substr(begin);
        if (std::string_view(text).substr(0, begin) != layout_header(ini) ||
            ini.find('\0') != std::string_view::npos)
            throw Error({path.string(), "a layout with its checksum", "something else", ""});
        return text.substr(begin);
    } catch (const Error& damaged) {
        note = set_aside(path, damaged);
        return {};
    }
}

void SettingsFile::save_layout(std::string_view imgui_ini) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_layout, layout_header(imgui_ini).append(imgui_ini));
}

LayoutBook SettingsFile::load_layouts(std::string& note) const {
    note.clear();
    if (folder_.empty()) return {};
    const fs::path path = folder_ / k_layouts;
    try {
        const auto text = read_whole(path);
        return text ? layout_book_from_json(parse_json(*text, path.string()), path.string()) : LayoutBook();
    } catch (const Error& damaged) {
        note = set_aside(path, damaged);
        return {};
    }
}

void SettingsFile::save_layouts(const LayoutBook& book) const {
    if (folder_.empty()) return;
    make_private_folder(folder_);
    write_file(folder_ / k_layouts, ui::to_json(book).dump(2) + "\n");
}

} // namespace gf::ui
