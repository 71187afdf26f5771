#pragma once
// What the panels of the layout Routing say of a model without experts, and a button that opens one with
// them.

#include "app/view/panel.h"

namespace gf::ui {

/// Draws at the cursor. Returns false if the model has experts and its run keeps what its routers do in the
/// layer; then nothing was drawn.
bool draw_no_experts_notice(const View& view, int layer, Commands& commands);

/// The layer in view, which may be beyond those of another run.
int routed_layer(const View& view, const Selection& selection);

} // namespace gf::ui
