#pragma once
// A list of what a folder holds that can be opened: models, tokenizers, and the folders in it.

#include "app/host/imgui_host.h"
#include "app/start/model_paths.h"

#include <optional>
#include <span>

namespace gf::ui {

struct FolderEntry {
    std::filesystem::path path;
    PathKind kind = PathKind::folder;
    std::string name, detail; ///< as shown
    std::string arrow;        ///< name of the item that enters the folder; empty: there is none
};

class FileBrowser {
  public:
    /// Reads a folder; of a file the folder that it lies in.
    void show(std::filesystem::path folder);
    /// Reads the folder again. The disk is looked at here and in show(), never while drawing.
    void reload();

    const std::filesystem::path& folder() const { return folder_; }
    std::span<const FolderEntry> entries() const { return entries_; }
    /// Why the folder could not be read; empty when it could.
    const std::string& problem() const { return problem_; }

    /// A model or tokenizer that was clicked; `open`: by a double click or a key.
    struct Pick {
        std::filesystem::path path;
        PathKind kind = PathKind::other;
        bool open = false;
    };
    /// The folder's path as links, and below it the list; together `least` to `most` pixels high. Folders
    /// open in place. Rows are items "files/NAME", arrows into a folder "files/enter NAME", the parts of the
    /// path "path/NAME".
    std::optional<Pick> draw(float width, float least, float most);

  private:
    struct Part {
        std::filesystem::path path;
        std::string name;
    };
    void draw_path(float width);
    std::optional<Pick> draw_list();
    std::optional<Pick> draw_row(const FolderEntry& entry);
    void draw_arrow(const FolderEntry& entry);
    void enter(const std::filesystem::path& folder, bool by_key);
    void follow();

    std::filesystem::path folder_, chosen_;
    std::vector<Part> parts_; // of folder_, from the root
    std::vector<FolderEntry> entries_;
    std::string problem_, remark_;
    std::filesystem::path next_; // entered when the list is drawn
    bool to_top_ = false, focus_first_ = false;
};

} // namespace gf::ui
