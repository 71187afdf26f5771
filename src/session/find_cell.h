#pragma once
// The cell that a command names.

#include "core/trace.h"

#include <string>

namespace gf {

/// The cell of a site (with or without its stack) or parameter by its public name, in a run of which `rows`
/// rows are computed. `head` is ignored where there is no such axis. Throws Error naming the axis, what it
/// allows, and what was given.
CellRef find_cell(const Trace& trace, int rows, const std::string& name, int head, int row, int column);

} // namespace gf
