#pragma once
// The case that the layout Masks is best met with: one cell that is hidden, and another word comes next. What
// the command `mask-example` does.

#include "session/command.h"
#include "session/snapshot.h"

#include <vector>

namespace gf::ui {

/// The commands that show it: the model story, a text with two names, the cell through which the second one
/// passes, and the layout.
std::vector<Command> mask_example(const Snapshot& snapshot);

} // namespace gf::ui
