#pragma once
// Ctrl+K: one field that finds anything and does it. Used by the Workbench.

#include "app/shell/panel_arrangement.h"
#include "app/shell/panel_list.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

#include <imgui.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gf::ui {

struct PaletteEntry {
    std::string text;     ///< searched first; also the name of the item
    std::string detail;   ///< plain words beside it, searched too
    const char* category; ///< "command", "site", ...; searched too
    std::string keys;     ///< that do the same; may be empty
    Command command;
    std::string also = {}; ///< other words for it, which count as much as `text` but are not shown
};

/// What the palette collects its entries from.
struct PaletteScope {
    const Snapshot& snapshot;
    const Selection& selection;
    const PanelArrangement& arrangement;
    PanelList panels;
    const Settings& settings;
};

/// Everything that can be found now, the most wanted first. Called by Palette.
std::vector<PaletteEntry> palette_entries(const PaletteScope& scope);

class Palette {
  public:
    /// Opens the palette in the next draw(), with this text in its field. To open an open one closes it.
    void open(std::string query) {
        query_ = std::move(query);
        opens_ = true;
    }
    /// Whether the palette was asked for and its field does not have the keyboard yet.
    bool field_appears() const { return opens_ || waits_for_field_; }
    /// Once a frame, inside a window. The palette is a window of the name "Find", its field the item "Query";
    /// entries are items of their texts.
    void draw(const PaletteScope& scope, Commands& commands);

  private:
    struct Hit {
        int fit;           ///< how the query's words stand in the entry's: decides first
        float score;       ///< fuzzy_score()
        std::size_t entry; ///< index in entries_
    };
    std::optional<Hit> hit_of(std::size_t entry) const;
    void rank_hits();
    void keep_typed();
    void draw_list(Commands& commands);
    void choose(std::size_t hit, Commands& commands);

    std::string query_;
    std::vector<ImWchar> typed_; ///< before the field had the keyboard
    bool waits_for_field_ = false, field_is_there_ = false;
    std::string ranked_query_;          ///< the query that hits_ were found for
    std::vector<PaletteEntry> entries_; ///< empty while the palette is closed
    std::vector<Hit> hits_;             ///< best first
    int highlighted_hit_ = 0;
    bool opens_ = false;                ///< in the next draw()
    bool appears_ = false;              ///< the window appears in this frame or the next one
    bool scrolls_to_highlight_ = false; ///< when the list is drawn
};

} // namespace gf::ui
