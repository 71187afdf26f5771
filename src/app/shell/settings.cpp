#include "app/shell/settings.h"

#include "io/fields.h"
#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

/// An absolute path without ".."; "models/" becomes "models".
std::string absolute(const std::string& path) {
    if (path.empty()) return {};
    std::error_code failed;
    fs::path whole = fs::absolute(path, failed);
    whole = (failed ? fs::path(path) : whole).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).string();
}

/// Whether settings.json can hold the path.
bool is_path(std::string_view text) {
    return text.size() <= k_max_path_length && text.find('\0') == std::string_view::npos &&
           is_valid_utf8(text);
}

} // namespace

void Settings::remember(const RecentModel& opened) {
    RecentModel entry{absolute(opened.model), absolute(opened.tokenizer)};
    if (entry.model.empty()) return;
    std::erase_if(recent, [&](const RecentModel& other) { return other.model == entry.model; });
    recent.insert(recent.begin(), std::move(entry));
    if (recent.size() > k_max_recent_models) recent.resize(k_max_recent_models);
}

nlohmann::ordered_json to_json(const Settings& settings) {
    Settings s = settings;
    clamp_fields(s);
    std::erase_if(s.recent, [](const RecentModel& r) { return !is_path(r.model) || !is_path(r.tokenizer); });
    return fields_to_json(s);
}

Settings settings_from_json(const nlohmann::json& object, const std::string& where,
                            std::vector<std::string>& unknown) {
    auto s = fields_from_json<Settings>(object, {.where = where, .unknown = &unknown});
    const std::vector<RecentModel> listed = std::exchange(s.recent, {});
    for (auto entry = listed.rbegin(); entry != listed.rend(); ++entry) { // remember() wants the newest last
        if (!is_path(entry->model) || !is_path(entry->tokenizer))
            throw Error({where + ": 'recent'", "paths", "one that holds a zero", ""});
        s.remember(*entry);
    }
    return s;
}

} // namespace gf::ui
