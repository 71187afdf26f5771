#pragma once
// config.json: as Hugging Face writes it for the families of io/architectures.h, and in our own format
// with `model_type: glassformer`. Used by load_hf_model(), save_model() and write_trace().

#include "core/model_config.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// What reading a config.json may be told, and what it tells.
struct ConfigReading {
    /// Keys that are read as if they were not there; "rope_scaling.type" names a key inside an object.
    std::vector<std::string> ignored_keys{};
    std::vector<std::string>
        notices{}; ///< what a person should know, in whole lines: keys that were left out
};

/// Reads the text of a config.json; `where` names the file in messages. If it lists several end-of-text ids,
/// the first one that the vocabulary has counts.
/// @throws Error for a key that changes the mathematics in a way that is not supported, for a key that nobody
/// knows and that is likely to change them, and for whatever validate() refuses
ModelConfig parse_hf_config(std::string_view text, const std::string& where,
                            ConfigReading* reading = nullptr);

/// The text of a model's config.json: in the keys of a public architecture if
/// one of them gives exactly this config, else with every field of ModelConfig
/// under its own name. parse_hf_config() gives the same config back.
/// @throws Error when validate() refuses the config
std::string hf_config_text(const ModelConfig& config);

} // namespace gf
