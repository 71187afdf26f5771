#pragma once
// Ctrl+K: one field that finds anything and does it.

#include "app/shell/window_menu.h"

#include <string>
#include <vector>

namespace gf::ui {

struct PaletteEntry {
    std::string text;     ///< what is looked for, and the item's name
    std::string detail;   ///< plain words beside it, also looked for
    const char* category; ///< "site"
    std::string keys;
    Command command;
};

/// What the palette reads while it collects.
struct PaletteScope {
    const Snapshot& snapshot;
    const Selection& selection;
    const PanelArrangement& arrangement;
    PanelList panels;
    const Settings& settings;
};

/// Everything that can be found now, the most wanted first.
std::vector<PaletteEntry> palette_entries(const PaletteScope& scope);

class Palette {
  public:
    void open(std::string query) { query_ = std::move(query), wanted_ = true; }
    /// Once a frame, inside a window. Its window is called "Find"; the field "Query"; entries are items of
    /// their texts.
    void draw(const PaletteScope& scope, Commands& commands);

  private:
    void rank();
    void draw_list(Commands& commands);
    void choose(std::size_t place, Commands& commands);

    std::string query_, ranked_query_;
    bool wanted_ = false, appears_ = false, moved_ = false;
    std::vector<PaletteEntry> entries_;
    struct Hit {
        float score;
        std::size_t entry;
    };
    std::vector<Hit> hits_; ///< best first
    int lit_ = 0;           ///< index into hits_
};

} // namespace gf::ui
