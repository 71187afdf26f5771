#pragma once
// Models on disk, of any supported format. Used by open_model() (session/model.h), and where training starts
// from a model's weights.

#include "io/hf_model.h"

namespace gf {

/// Loads a folder in Hugging Face's layout, a .safetensors file beside its config.json, or a llama2.c .bin.
/// Adds to `warnings` what the user should know.
/// @throws Error naming file, tensor or field, what was expected, what was found, the remedy
std::shared_ptr<Weights> load_model(const std::filesystem::path& path, std::vector<std::string>& warnings);

} // namespace gf
