#pragma once
// A RunSetup in a file of its own, as JSON; docs/command-line.md lists its keys. Used by `glassformer run`
// and `trace` with --setup, and by the command `setup`.

#include "core/run_setup.h"

#include <filesystem>

namespace gf {

/// Reads a setup for a model of this shape.
/// @throws Error that names the file, for an unknown key the nearest known ones, also where the setup does
/// not fit the model
RunSetup load_setup(const std::filesystem::path& path, const ModelConfig& config);

} // namespace gf
