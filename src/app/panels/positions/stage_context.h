#pragma once
// What the drawings of the panel Positions share in a frame: the run that has the scheme, the head, the
// query, and the area. Used by all files of this room.

#include "app/host/ui_rect.h"
#include "app/panels/positions/position_schemes.h"

namespace gf::ui {

struct StageContext {
    const View& view; ///< of the run that has the scheme, which need not be the one that other panels show
    Selection& selection;
    Commands& commands;
    HeadRef head;
    int query; ///< row; -1: no tokens are shown
    UiRect area;

    const Trace& trace() const { return view.trace(); }
    const ModelConfig& config() const { return view.config(); }
    int position(int row) const { return trace().plan(row).position; }
};

} // namespace gf::ui
