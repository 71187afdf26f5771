#pragma once
// What the keys of each supported config.json mean: one row per architecture. Used by io/hf_config.cpp only;
// the engine knows no architecture by name.

#include "core/model_config.h"
#include "io/config_keys.h"

#include <span>
#include <vector>

namespace gf {

struct Architecture {
    std::string_view model_type; ///< "llama"
    std::string_view class_name; ///< "LlamaForCausalLM"; empty: our own, which has no key "architectures"
    /// Keys by which a config is known that names neither; empty: it is not.
    std::vector<std::string_view> tell_tale;
    std::string_view about; ///< what its blocks are, for docs/models-you-can-open.md
    /// @throws Error when a key is missing or its value makes no sense
    ModelConfig (*read)(ConfigKeys& keys);
    /// The keys that `read` reads. What the family cannot express is lost without an error.
    nlohmann::json (*write)(const ModelConfig& config);
};

/// Lists with an entry for each layer are not made longer: more layers are refused by validate().
inline constexpr int k_most_layers = 1 << 12;

/// The public architectures, and last our own, which can express every ModelConfig.
std::span<const Architecture> architectures();

// The functions of these rows: one file per family (architecture_*.cpp), our own in architectures.cpp.
ModelConfig read_gpt2(ConfigKeys& keys);
ModelConfig read_bert(ConfigKeys& keys);
ModelConfig read_llama(ConfigKeys& keys);
ModelConfig read_mistral(ConfigKeys& keys);
ModelConfig read_mixtral(ConfigKeys& keys);
ModelConfig read_qwen2(ConfigKeys& keys);
ModelConfig read_gemma(ConfigKeys& keys);
ModelConfig read_gpt_neo(ConfigKeys& keys);
ModelConfig read_gemma2(ConfigKeys& keys);
ModelConfig read_gemma3(ConfigKeys& keys);
ModelConfig read_qwen3(ConfigKeys& keys);
ModelConfig read_smollm3(ConfigKeys& keys);
ModelConfig read_olmo2(ConfigKeys& keys);
ModelConfig read_phi3(ConfigKeys& keys);
ModelConfig read_gpt_neox(ConfigKeys& keys);
ModelConfig read_phi(ConfigKeys& keys);
ModelConfig read_opt(ConfigKeys& keys);
ModelConfig read_roberta(ConfigKeys& keys);
ModelConfig read_distilbert(ConfigKeys& keys);
ModelConfig read_t5(ConfigKeys& keys);
ModelConfig read_glassformer(ConfigKeys& keys);
nlohmann::json write_gpt2(const ModelConfig& config);
nlohmann::json write_bert(const ModelConfig& config);
nlohmann::json write_llama(const ModelConfig& config);
nlohmann::json write_mistral(const ModelConfig& config);
nlohmann::json write_mixtral(const ModelConfig& config);
nlohmann::json write_qwen2(const ModelConfig& config);
nlohmann::json write_gemma(const ModelConfig& config);
nlohmann::json write_gpt_neo(const ModelConfig& config);
nlohmann::json write_gemma2(const ModelConfig& config);
nlohmann::json write_gemma3(const ModelConfig& config);
nlohmann::json write_qwen3(const ModelConfig& config);
nlohmann::json write_smollm3(const ModelConfig& config);
nlohmann::json write_olmo2(const ModelConfig& config);
nlohmann::json write_phi3(const ModelConfig& config);
nlohmann::json write_gpt_neox(const ModelConfig& config);
nlohmann::json write_phi(const ModelConfig& config);
nlohmann::json write_opt(const ModelConfig& config);
nlohmann::json write_roberta(const ModelConfig& config);
nlohmann::json write_distilbert(const ModelConfig& config);
nlohmann::json write_t5(const ModelConfig& config);
nlohmann::json write_glassformer(const ModelConfig& config);

/// Reads Hugging Face's word for an activation function ("gelu_new").
/// @throws Error when no activation function has that word
Activation read_activation(ConfigKeys& keys, const std::string& key, const std::string& fallback);
/// All such words: "silu, swish, ...".
std::string activation_words();
/// The word that config.json has for it, the inverse of read_activation().
std::string_view activation_word(Activation activation);

/// A token id as JSON; null if it is negative, which means that there is none.
nlohmann::json token_json(int id);

} // namespace gf
