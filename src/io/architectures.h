#pragma once
// What the keys of each supported config.json mean: one row per architecture. The engine knows none of them.

#include "core/model_config.h"
#include "io/config_keys.h"

#include <span>

namespace gf {

struct Architecture {
    std::string_view model_type; ///< "llama"
    std::string_view class_name; ///< "LlamaForCausalLM"; empty: the key "architectures" is not used
    ModelConfig (*read)(ConfigKeys& keys);
    nlohmann::json (*write)(
        const ModelConfig& config); ///< the keys that `read` reads; may lose what the family cannot say
};

/// The public architectures, and last our own, which can say everything.
std::span<const Architecture> architectures();

// The rows' functions, one file per family.
ModelConfig read_gpt2(ConfigKeys& keys);
ModelConfig read_bert(ConfigKeys& keys);
ModelConfig read_llama(ConfigKeys& keys);
ModelConfig read_mistral(ConfigKeys& keys);
ModelConfig read_mixtral(ConfigKeys& keys);
ModelConfig read_glassformer(ConfigKeys& keys);
nlohmann::json write_gpt2(const ModelConfig& config);
nlohmann::json write_bert(const ModelConfig& config);
nlohmann::json write_llama(const ModelConfig& config);
nlohmann::json write_mistral(const ModelConfig& config);
nlohmann::json write_mixtral(const ModelConfig& config);
nlohmann::json write_glassformer(const ModelConfig& config);

/// Hugging Face's words for activation functions.
Activation read_activation(ConfigKeys& keys, const std::string& key, const std::string& fallback);
std::string_view activation_word(Activation activation);

/// A token id as JSON: null for none.
nlohmann::json token_json(int id);

} // namespace gf
