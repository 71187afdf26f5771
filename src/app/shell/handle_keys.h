#pragma once
// The keys of the program and the gestures of the mouse: one table that drives what keys do, and that the
// help card, menus and Ctrl+K read.

#include "app/shell/settings.h"
#include "app/view/key_bindings.h"
#include "app/view/panel.h"

namespace gf::ui {

/// Once a frame, before anything is drawn: posts what was pressed. `was_free`: whether keys were the
/// program's in the frame before.
void handle_keys(const Snapshot& snapshot, const Selection& selection, const Settings& settings,
                 bool& was_free, Commands& commands);

/// The operation `steps` further on in the order of the computation; where none is selected, the first of the
/// layer in focus.
SiteRef operation_after(const ModelConfig& config, const Selection& selection, int steps);

} // namespace gf::ui
