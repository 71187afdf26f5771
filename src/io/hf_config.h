#pragma once
// config.json: of GPT-2, Llama, Mistral and Mixtral as Hugging Face writes it, and our own `model_type:
// glassformer`.

#include "core/model_config.h"

#include <string>
#include <string_view>

namespace gf {

/// Reads a config.json; `where` is the file for messages. Throws Error for a key that changes the mathematics
/// in a way that is not supported, for a key that is not known to leave it unchanged, and for whatever
/// validate() refuses. Of several end-of-text ids the first counts.
ModelConfig parse_hf_config(std::string_view text, const std::string& where);

/// The config.json of a model: in the public architecture's own keys if there is one that gives exactly this
/// config, else with every field of ModelConfig under its name. parse_hf_config() gives the same config back.
std::string to_json(const ModelConfig& config);

} // namespace gf
