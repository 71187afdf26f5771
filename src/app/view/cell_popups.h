#pragma once
// The popups about cells: the menu of a right click, the field in which a person types another value, and the
// list of all edited cells. Used by the workbench, its bars and its window menu.

#include "app/host/ui_rect.h"
#include "app/view/head_switch.h"

#include <optional>
#include <string>

namespace gf::ui {

/// The menu of a cell and the field for its value. The workbench has one for all panels.
class CellPopups {
  public:
    /// Opens the field for this cell's value in the next draw(): at the mouse, or else above the formula bar.
    void ask_value(const CellRef& cell, bool at_mouse);
    /// Opens the menu when a hovered cell is clicked with the right button, and draws what is open. Called
    /// once a frame, inside a window.
    void draw(const Snapshot& snapshot, const Selection& selection, Commands& commands);

  private:
    void prepare(const View& view, const CellRef& cell);
    void draw_menu(const View& view, Commands& commands);
    void draw_field(const View& view, Commands& commands);
    void post_edit(const View& view, double value, Commands& commands) const;

    std::optional<CellRef> asked_; ///< the cell that ask_value() was called with, until its field opens
    bool at_mouse_ = false;        ///< whether the field opens at the mouse
    bool field_just_opened_ = false, was_open_ = false;
    HeadMenu head_menu_;
    UiRect beside_{}; ///< where the menu, or the field at the mouse, was asked for
    CellRef cell_;    ///< the cell that the open popup is about
    std::string title_;
    std::string typed_;            ///< content of the field
    std::string why_not_editable_; ///< empty: the cell can be edited
};

/// Draws a button "edits 2" whose right edge is at `right` and which opens the list of edited cells; without
/// edits it draws nothing. Returns the button's left edge, or `right`. All in pixels on screen.
float draw_edits_button(const View& view, float right, float top, Commands& commands);

/// Draws two rows of a menu: one switches all edits on and off, one removes them. `width` in pixels.
void draw_edit_menu_rows(const Snapshot& snapshot, float width, Commands& commands);

} // namespace gf::ui
