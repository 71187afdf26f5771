#pragma once
// A RunSetup as JSON, one form both ways; docs/command-line.md lists its keys. Used by `glassformer run` and
// `trace` with --setup, and by whatever saves a run. Segments, prefix, edits and regularisation are not part
// of it: they come with the text, the edits and the training.

#include "core/run_setup.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace gf {

/// @throws Error that names `where`, the key, and for an unknown key the nearest known ones
RunSetup setup_from_json(const nlohmann::json& object, const std::string& where);

/// What the setup says, without what it leaves as it is.
nlohmann::json setup_to_json(const RunSetup& setup);

/// Reads a setup for a model of this shape.
/// @throws Error that names the file, also where the setup does not fit the model
RunSetup load_setup(const std::filesystem::path& path, const ModelConfig& config);

} // namespace gf
