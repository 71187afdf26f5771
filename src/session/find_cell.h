#pragma once
// Finds the cell that a command names. Used by the Engine for edits and by the window for pinned cells.

#include "core/trace.h"

#include <string>

namespace gf {

/// The cell of a site (its name with or without the stack) or of a parameter, in a run whose first `rows`
/// rows are computed. `head` is ignored where the site has no heads.
/// @throws Error when no site or parameter has this name, or an index is outside its axis
CellRef find_cell(const Trace& trace, int rows, const std::string& name, int head, int row, int column);

} // namespace gf
