#pragma once
// What the program's own keys do. The table of the keys is app/view/key_bindings.h; this acts on it. Used by
// the Workbench.

#include "app/lab/lab_room.h"
#include "app/shell/settings.h"
#include "app/view/panel.h"

namespace gf::ui {

/// What keys act on.
struct KeyScope {
    const Snapshot& snapshot;
    const Selection& selection;
    const Settings& settings;
    bool choosing_file; ///< the start page covers an open model: its keys rest, but for those that leave the
                        ///< page
    bool field_appears; ///< a field was asked for that will have the keyboard: keys rest until it has
    const LabRoom& lab; ///< Space goes on in the one that is open, Esc leaves it
};
/// Posts the commands of the keys that were pressed. Called once a frame, before anything is drawn.
/// `were_free`: whether keys were the program's in the frame before; becomes whether they are now.
void handle_keys(const KeyScope& scope, bool& were_free, Commands& commands);

} // namespace gf::ui
