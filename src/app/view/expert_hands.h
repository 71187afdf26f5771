#pragma once
// What a person does to the experts of the text's run: off, forced, swapped, another number of them. Each is
// a change of the run's setup, so that it is one command that undo takes back. Used by the panels of the
// layout Routing, by the key X and by the menu of a cell.

#include "app/view/panel.h"

#include <optional>

namespace gf::ui {

/// An expert of a layer, by its number in the router.
struct ExpertRef {
    int layer = 0, expert = 0;
    bool operator==(const ExpertRef&) const = default;
};

/// The expert that a cell is about, if it is one of the router's: of its column in the router, or of the slot
/// of its gate or neurons.
std::optional<ExpertRef> expert_of(const View& view, const CellRef& cell);
/// The expert in focus, or else the first choice of `row` in the layer. -1 where the run does not keep it.
ExpertRef expert_in_view(const View& view, const Selection& selection, int layer, int row);

/// Whether the setup changes how tokens are routed; its capacity does not count.
bool has_expert_hands(const RunSetup& setup);
/// Whether the setup turns the expert off at the row.
bool is_expert_off(const View& view, ExpertRef expert, int row);
/// Whether it is forced in a row, or with row -1 by a rule for all rows.
bool is_expert_forced(const RunSetup& setup, ExpertRef expert, int row);
/// The expert that computes in its place at the row; itself if nothing is swapped.
int expert_swapped_with(const View& view, ExpertRef expert, int row);

// The setup with one thing changed; what was so already is taken back.
RunSetup with_expert_switched(RunSetup setup, ExpertRef expert);
/// Row -1: in all rows. It takes the place of another expert that was forced there.
RunSetup with_expert_forced(RunSetup setup, ExpertRef expert, int row);
RunSetup with_experts_swapped(RunSetup setup, int layer, int a, int b);
/// The setup with the routing that the model has; its capacity stays.
RunSetup without_expert_hands(RunSetup setup);

/// Asks for the expert to be switched off, or on again.
void post_expert_switch(const View& view, ExpertRef expert, Commands& commands);
/// A row of a menu that does it. True when it was pressed.
bool draw_expert_switch_row(const View& view, ExpertRef expert, float width, Commands& commands);

} // namespace gf::ui
