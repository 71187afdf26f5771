#pragma once
// The terminal. Used by `glassformer train` for its progress line.

namespace gf {

/// Whether a person watches what is printed, so that a line may be overwritten.
bool stdout_is_terminal();

} // namespace gf
