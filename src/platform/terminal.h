#pragma once
// What the command line asks of the terminal.

namespace gf {

/// Whether a person watches what is printed, so that a line may be overwritten.
bool stdout_is_terminal();

} // namespace gf
