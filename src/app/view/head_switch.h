#pragma once
// Switching a head off and on: by X, from the menu of its map, and from the menus of its cells. Used by the
// shell's keys and by CellPopups.

#include "app/host/ui_rect.h"
#include "app/view/panel.h"

namespace gf::ui {

/// Whether an edit that counts makes the head's z zero.
bool is_switched_off(const View& view, Attention attention, HeadRef head);
/// What switches the head off, or on again.
command::SwitchCells head_switch_command(const View& view, Attention attention, HeadRef head);
/// Asks for it, and pins the head, so that what shows one head shows this one.
void post_head_switch(const View& view, Attention attention, HeadRef head, Commands& commands);
/// A row of a menu that does it. True when it was pressed.
bool draw_head_switch_row(const View& view, Attention attention, HeadRef head, float width,
                          Commands& commands);

/// The menu of a head, which opens where a map that stands for a head is clicked with the right button.
class HeadMenu {
  public:
    /// Called once a frame, inside a window.
    void draw(const View& view, const Selection& selection, Commands& commands);

  private:
    HeadRef head_;
    Attention attention_ = Attention::self;
    UiRect beside_{};
};

} // namespace gf::ui
