#pragma once
// What can be done with a cell: the menu of a right click, the field for its value, the list of all edits,
// and the mark that edited cells carry.

#include "app/view/panel.h"

#include <imgui.h>

#include <optional>
#include <string>

namespace gf::ui {

class CellHands {
  public:
    /// Opens the field for this cell's value; beside the mouse, or above the formula bar.
    void ask(const CellRef& cell, bool at_mouse) { asked_ = cell, at_mouse_ = at_mouse; }
    /// Once a frame, inside a window.
    void draw(const Snapshot& snapshot, const Selection& selection, Commands& commands);

  private:
    void begin(const Snapshot& snapshot, const CellRef& cell);
    void draw_menu(const Snapshot& snapshot, Commands& commands);
    void draw_field(const Snapshot& snapshot, Commands& commands);
    void set(const Snapshot& snapshot, double value, Commands& commands) const;

    std::optional<CellRef> asked_;
    bool at_mouse_ = false, opened_ = false, was_open_ = false;
    CellRef cell_; ///< what the open popup is about
    std::string title_, typed_, refused_;
};

/// "edits 2" ending at `right`, a button that opens the list of them; returns where it begins. Without edits
/// nothing.
float draw_edits_button(const Snapshot& snapshot, float right, float top, Commands& commands);

/// Rows of a menu: whether edits count, and an end to all of them.
void draw_edit_rows(const Snapshot& snapshot, float width, Commands& commands);

/// The edit of exactly this cell; null: there is none.
const Edit* edit_of(const Snapshot& snapshot, const CellRef& cell);
/// Why it cannot be edited; empty: it can.
std::string not_editable_because(const Snapshot& snapshot, const CellRef& cell);

/// A small triangle in the upper right corner of a cell that is edited; grey when edits do not count.
void put_edit_mark(ImDrawList& list, ImVec2 min, ImVec2 max, bool counts);

} // namespace gf::ui
