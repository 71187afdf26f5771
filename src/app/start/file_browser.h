#pragma once
// A list of what can be opened in a folder: models, tokenizers, and the folders in it. Used by the start
// page.

#include "app/host/imgui_host.h"
#include "app/start/model_paths.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gf::ui {

struct FolderEntry {
    std::filesystem::path path;
    PathKind kind = PathKind::folder;
    std::string name, detail; ///< as shown
    std::string arrow;        ///< name of the item that enters the folder; empty: there is none
};

class FileBrowser {
  public:
    /// Shows a folder, or the folder in which a file lies.
    void show(std::filesystem::path folder);
    /// Reads the folder again. The disk is read here and in show(), never while drawing.
    void reload();

    const std::filesystem::path& folder() const { return folder_; }
    std::span<const FolderEntry> entries() const { return entries_; }
    /// Why the folder could not be read; empty when it could.
    const std::string& problem() const { return problem_; }

    /// A model or tokenizer that was clicked.
    struct Pick {
        std::filesystem::path path;
        PathKind kind = PathKind::other;
        bool open = false; ///< whether it is to be opened: after a double click, or a key
    };
    /// Draws the folder's path as links, and below it the list; together `least_height` to `most_height`
    /// pixels high. Folders open in place. Rows are items "files/NAME", arrows into a folder "files/enter
    /// NAME", and the parts of the path "path/NAME".
    std::optional<Pick> draw(float width, float least_height, float most_height);

  private:
    struct PathPart {
        std::filesystem::path path;
        std::string name;
    };
    void draw_path(float width);
    std::optional<Pick> draw_list();
    std::optional<Pick> draw_row(const FolderEntry& entry);
    void draw_arrow(const FolderEntry& entry);
    void request_folder(const std::filesystem::path& folder, bool by_key);
    void show_requested_folder();

    std::filesystem::path folder_;
    std::filesystem::path chosen_;     ///< the model or tokenizer that was clicked
    std::vector<PathPart> path_parts_; ///< of folder_, from the root
    std::vector<FolderEntry> entries_;
    std::string problem_;
    std::string remark_;                                      ///< says what the list leaves out
    std::filesystem::path requested_folder_;                  ///< shown once the list is drawn; empty: none
    bool scrolls_to_top_ = false, focuses_first_row_ = false; ///< in the next frame
};

} // namespace gf::ui
