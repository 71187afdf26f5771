#pragma once
// config.json: as Hugging Face writes it for GPT-2, Llama, Mistral, Mixtral and BERT, and in our own format
// with `model_type: glassformer`. Used by load_hf_model(), save_model() and write_trace().

#include "core/model_config.h"

#include <string>
#include <string_view>

namespace gf {

/// Reads the text of a config.json; `where` names the file in messages. If it lists several end-of-text ids,
/// the first one counts.
/// @throws Error for a key that changes the mathematics in a way that is not supported, for a key that is not
/// known to leave them unchanged, and for whatever validate() refuses
ModelConfig parse_hf_config(std::string_view text, const std::string& where);

/// The text of a model's config.json: in the keys of a public architecture if
/// one of them gives exactly this config, else with every field of ModelConfig
/// under its own name. parse_hf_config() gives the same config back.
/// @throws Error when validate() refuses the config
std::string hf_config_text(const ModelConfig& config);

} // namespace gf
