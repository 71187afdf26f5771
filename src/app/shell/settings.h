#pragma once
// What the program remembers from one start to the next, as files in the person's configuration folder.

#include "app/host/theme.h"
#include "app/shell/layout_book.h"
#include "app/start/recent_model.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

struct Settings {
    ThemeName theme = ThemeName::light;
    float scale = 1; ///< k_least_scale to k_greatest_scale
    bool motion = true;
    double speed = 4;              ///< tokens per second; 0: as fast as it goes
    double trace_megabytes = 1024; ///< that a run may take with all its values
    int window_width = 1600, window_height = 900;
    std::vector<RecentModel> recent; ///< newest first, at most k_most_recent_models, each model once

    /// Puts a model in front of `recent`. Relative paths are taken from the working folder.
    void remember(const RecentModel& opened);
    bool operator==(const Settings&) const = default;
};

/// $XDG_CONFIG_HOME/glassformer, else $HOME/.config/glassformer, else empty: nothing is kept.
/// https://specifications.freedesktop.org/basedir-spec
std::filesystem::path config_folder();

/// settings.json, layouts.json and layout.ini in one folder, which is created (0700) when something is
/// written. With an empty folder nothing is read or written. What cannot be used is renamed to
/// settings.json.bad, ...
class SettingsFile {
  public:
    explicit SettingsFile(std::filesystem::path folder);

    /// Never throws for what is in the folder. `note`: empty, or one line for the person.
    Settings load(std::string& note) const;
    /// All or nothing. Numbers are clamped; paths that JSON cannot hold (no UTF-8) are left out. @throws
    /// Error when the folder cannot be written
    void save(const Settings& settings) const;

    /// The layout of the windows as Dear ImGui writes it; empty when there is none. `note` as in load().
    std::string load_layout(std::string& note) const;
    /// A checksum stands before it, because Dear ImGui trusts what it reads. @throws Error when the folder
    /// cannot be written
    void save_layout(std::string_view imgui_ini) const;

    /// The layouts that a person saved, and which one is on screen. `note` as in load().
    LayoutBook load_layouts(std::string& note) const;
    /// All or nothing. @throws Error when the folder cannot be written
    void save_layouts(const LayoutBook& book) const;

  private:
    std::filesystem::path folder_;
};

} // namespace gf::ui
