#pragma once
// The files in the person's configuration folder, which carry the window's state from one start to the next:
// settings.json, layouts.json (the layouts that the person saved), layout.ini (where Dear ImGui's windows
// stood) and state.json (what was open, as a list of commands). Used by the Workbench when it begins, soon
// after something changed, and when it ends.

#include "app/shell/layout_book.h"
#include "app/shell/settings.h"
#include "session/command.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// $XDG_CONFIG_HOME/glassformer, else $HOME/.config/glassformer, else empty: then nothing is kept.
/// https://specifications.freedesktop.org/basedir-spec
std::filesystem::path config_folder();

class ConfigFiles {
  public:
    /// The folder is created (0700) when something is written. With an empty one nothing is read or written.
    explicit ConfigFiles(std::filesystem::path folder);
    bool has_folder() const { return !folder_.empty(); }

    // Whatever is in the folder, loading does not throw. A file that cannot be used is renamed to
    // settings.json.bad (layouts.json.bad, layout.ini.bad, state.json.bad), and `warning` says so on one
    // line. It is empty when all is well.

    Settings load_settings(std::string& warning) const;
    LayoutBook load_layout_book(std::string& warning) const;
    /// The positions of windows and docks as Dear ImGui writes them; empty when there are none.
    std::string load_window_positions(std::string& warning) const;

    /// The commands that bring the last state back; empty when there is none.
    std::vector<Command> load_state(std::string& warning) const;
    /// The file that a SaveState writes for it; empty without a folder.
    std::filesystem::path state_path() const;
    /// The commands of a state that save-state wrote. @throws Error
    static std::vector<Command> read_state(const std::filesystem::path& path);

    // Saving writes a whole file or leaves the old one as it was. @throws Error when the folder cannot be
    // written

    void save_settings(const Settings& settings) const;
    void save_layout_book(const LayoutBook& book) const;
    /// Writes a checksum before the text, because Dear ImGui trusts what it reads.
    void save_window_positions(std::string_view imgui_ini) const;

  private:
    std::filesystem::path folder_;
};

} // namespace gf::ui
