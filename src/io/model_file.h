#pragma once
// Models on disk, of any supported format. Used by open_model() (session/model.h), and where training starts
// from a model's weights.

#include "io/hf_model.h"

namespace gf {

/// What a path means: of a model in Hugging Face's cache (models--OWNER--NAME) the newest snapshot, of a
/// config.json or an index of shards its folder, else the path itself.
std::filesystem::path model_path(const std::filesystem::path& path);

/// What a model is called: its file or folder without extension, of a cache "NAME".
std::string model_name(const std::filesystem::path& path);

/// Loads a folder in Hugging Face's layout or a cache of it, a .safetensors file beside its config.json, or a
/// llama2.c .bin. Adds to `warnings` what the user should know; `ignored_keys` are keys of config.json to
/// read as if they were not there.
/// @throws Error naming file, tensor or field, what was expected, what was found, the remedy
std::shared_ptr<Weights> load_model(const std::filesystem::path& path, std::vector<std::string>& warnings,
                                    const std::vector<std::string>& ignored_keys = {});

} // namespace gf
