#pragma once
// What a person has set, and the models that were opened: the part of the window's state that settings.json
// holds. Used by the Workbench and whatever shows or changes a setting; ConfigFiles reads and writes the
// file.

#include "app/host/imgui_host.h"
#include "app/host/theme.h"
#include "app/host/window_place.h"
#include "app/lab/lab_room.h"
#include "app/start/recent_model.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace gf::ui {

inline constexpr std::size_t k_max_closed_looks = 100;

struct Settings {
    ThemeName theme = ThemeName::light;
    float scale = 1; ///< k_min_scale to k_max_scale
    bool motion = true;
    double speed = 4;              ///< tokens per second; 0: as fast as it goes
    double trace_megabytes = 1024; ///< memory that a run may take with all its values
    WindowPlace window;
    std::vector<std::string> closed_looks; ///< shipped models whose "what to look at" was closed
    std::map<std::string, LabRecord> labs; ///< by id: how far the person came
    std::vector<RecentModel> recent;       ///< newest first, at most k_max_recent_models, each model once

    /// Puts a model in front of `recent`. Relative paths are taken from the working folder.
    void remember(const RecentModel& opened);
    bool operator==(const Settings&) const = default;
    static void fields(auto& settings, auto visit) { // of settings.json
        visit("theme", settings.theme);
        visit("scale", settings.scale, {.least = k_min_scale, .greatest = k_max_scale, .decimals = 3});
        visit("motion", settings.motion);
        visit("tokens_per_s", settings.speed, {.least = 0, .greatest = 1e6});
        visit("trace_megabytes", settings.trace_megabytes, {.least = 1, .greatest = 1e6});
        visit("window_x", settings.window.x, {.least = -32768, .greatest = 32767});
        visit("window_y", settings.window.y, {.least = -32768, .greatest = 32767});
        visit("window_width", settings.window.width, {.least = 320, .greatest = 16384});
        visit("window_height", settings.window.height, {.least = 320, .greatest = 16384});
        visit("window_maximized", settings.window.maximized);
        visit("closed_looks", settings.closed_looks, {.most_items = k_max_closed_looks});
        visit("labs", settings.labs);
        visit("recent", settings.recent, {.most_items = k_max_recent_models});
    }
};

/// Numbers are clamped to the ranges that settings_from_json() takes, and a scale of 1.10000002 becomes 1.1.
/// Paths that JSON cannot hold, because they are not UTF-8, are left out.
nlohmann::ordered_json to_json(const Settings& settings);
/// Keys that are missing keep their defaults. Keys that are no settings are added to `unknown`, since a newer
/// version may have written them. @throws Error naming `where`, the key and what is wrong
Settings settings_from_json(const nlohmann::json& object, const std::string& where,
                            std::vector<std::string>& unknown);

} // namespace gf::ui
