#include "app/shell/settings.h"

#include "app/host/imgui_host.h"
#include "io/json.h"
#include "platform/error.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t k_max_path_length = 4096; // bytes
constexpr int k_min_window_size = 320, k_max_window_size = 16384;
constexpr double k_max_speed = 1e6, k_max_trace_megabytes = 1e6;

/// An absolute path without ".."; "models/" becomes "models".
std::string absolute(const std::string& path) {
    if (path.empty()) return {};
    std::error_code failed;
    fs::path whole = fs::absolute(path, failed);
    whole = (failed ? fs::path(path) : whole).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).string();
}

/// A number from `least` to `greatest`; `fallback` where the key is missing.
double json_number_in(const json& object, const std::string& key, double fallback, double least,
                      double greatest, const std::string& where) {
    const double number = json_number_or(object, key, fallback, where);
    if (!(number >= least && number <= greatest))
        throw Error({fmt::format("{}: '{}'", where, key), fmt::format("{} to {}", least, greatest),
                     fmt::format("{}", number), ""});
    return number;
}

/// Whether settings.json can hold the path.
bool is_path(std::string_view text) {
    return text.size() <= k_max_path_length && text.find('\0') == std::string_view::npos &&
           is_valid_utf8(text);
}

/// A path; empty where the key is missing.
std::string json_path(const json& object, const std::string& key, const std::string& where) {
    std::string path = json_string_or(object, key, "", where);
    if (!is_path(path))
        throw Error(
            {fmt::format("{}: '{}'", where, key), "a path", "one that is too long or holds a zero", ""});
    return path;
}

std::vector<RecentModel> recent_models_from(const json& object, const std::string& where) {
    Settings settings; // for remember(), which keeps each model once
    if (!json_has(object, "recent")) return {};
    const json& list = json_array(object, "recent", where);
    if (list.size() > k_max_recent_models)
        throw Error({where + ": 'recent'", fmt::format("at most {} models", k_max_recent_models),
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

} // namespace

void Settings::remember(const RecentModel& opened) {
    RecentModel entry{absolute(opened.model), absolute(opened.tokenizer)};
    if (entry.model.empty()) return;
    std::erase_if(recent, [&](const RecentModel& other) { return other.model == entry.model; });
    recent.insert(recent.begin(), std::move(entry));
    if (recent.size() > k_max_recent_models) recent.resize(k_max_recent_models);
}

nlohmann::ordered_json to_json(const Settings& s) {
    nlohmann::ordered_json recent = nlohmann::ordered_json::array();
    for (const RecentModel& r : s.recent)
        if (is_path(r.model) && is_path(r.tokenizer))
            recent.push_back({{"model", r.model}, {"tokenizer", r.tokenizer}});
    // Rounded, so that the file has 1.1 and not 1.10000002.
    const double scale = std::round(std::clamp(s.scale, k_min_scale, k_max_scale) * 1000.0) / 1000;
    return {{"theme", theme_of(s.theme).label},
            {"scale", scale},
            {"motion", s.motion},
            {"tokens_per_s", std::clamp(s.speed, 0.0, k_max_speed)},
            {"trace_megabytes", std::clamp(s.trace_megabytes, 1.0, k_max_trace_megabytes)},
            {"window_width", std::clamp(s.window_width, k_min_window_size, k_max_window_size)},
            {"window_height", std::clamp(s.window_height, k_min_window_size, k_max_window_size)},
            {"recent", recent}};
}

Settings settings_from_json(const json& object, const std::string& where) {
    Settings s;
    s.theme = theme_from(object, where);
    s.scale = static_cast<float>(json_number_in(object, "scale", s.scale, k_min_scale, k_max_scale, where));
    s.motion = json_bool_or(object, "motion", s.motion, where);
    s.speed = json_number_in(object, "tokens_per_s", s.speed, 0, k_max_speed, where);
    s.trace_megabytes =
        json_number_in(object, "trace_megabytes", s.trace_megabytes, 1, k_max_trace_megabytes, where);
    s.window_width = static_cast<int>(
        json_int_or(object, "window_width", s.window_width, where, k_min_window_size, k_max_window_size));
    s.window_height = static_cast<int>(
        json_int_or(object, "window_height", s.window_height, where, k_min_window_size, k_max_window_size));
    s.recent = recent_models_from(object, where);
    return s;
}

std::string unknown_settings(const json& object) {
    const nlohmann::ordered_json known = to_json(Settings());
    std::string names;
    for (const auto& [key, value] : object.items())
        if (!known.contains(key)) names += (names.empty() ? "'" : ", '") + key + "'";
    return names;
}

} // namespace gf::ui
