#pragma once
// What a person has set, and the models that were opened: the part of the window's state that settings.json
// holds. Used by the Workbench and whatever shows or changes a setting; ConfigFiles reads and writes the
// file.

#include "app/host/theme.h"
#include "app/start/recent_model.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace gf::ui {

struct Settings {
    ThemeName theme = ThemeName::light;
    float scale = 1; ///< k_min_scale to k_max_scale
    bool motion = true;
    double speed = 4;              ///< tokens per second; 0: as fast as it goes
    double trace_megabytes = 1024; ///< memory that a run may take with all its values
    int window_width = 1600, window_height = 900;
    std::vector<RecentModel> recent; ///< newest first, at most k_max_recent_models, each model once

    /// Puts a model in front of `recent`. Relative paths are taken from the working folder.
    void remember(const RecentModel& opened);
    bool operator==(const Settings&) const = default;
};

/// Numbers are clamped to the ranges that settings_from_json() takes. Paths that JSON cannot hold, because
/// they are not UTF-8, are left out.
nlohmann::ordered_json to_json(const Settings& settings);
/// Keys that are missing keep their defaults. @throws Error naming `where`, the key and what is wrong
Settings settings_from_json(const nlohmann::json& object, const std::string& where);
/// The keys of `object` that are no settings, quoted, with commas between them: a newer version may have
/// written them.
std::string unknown_settings(const nlohmann::json& object);

} // namespace gf::ui
