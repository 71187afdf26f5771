#include "io/hf_config.h"

#include "io/architectures.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

/// Keys that do not change the forward pass of a trained model.
constexpr std::string_view k_harmless[] = {
    // bookkeeping
    "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_name_or_path",
    "attn_implementation", "finetuning_task", "id2label", "is_decoder", "label2id", "name_or_path",
    "num_labels", "problem_type", "task_specific_params", "tokenizer_class", "transformers_version",
    // how it is computed or returned
    "chunk_size_feed_forward", "dtype", "gradient_checkpointing", "output_attentions", "output_hidden_states",
    "output_router_logits", "pretraining_tp", "reorder_and_upcast_attn", "return_dict",
    "return_dict_in_generate", "tf_legacy_loss", "torch_dtype", "torchscript", "use_bfloat16", "use_cache",
    // training
    "attention_dropout", "attention_probs_dropout_prob", "attn_pdrop", "classifier_dropout", "embd_pdrop",
    "hidden_dropout", "hidden_dropout_prob", "initializer_range", "resid_pdrop", "router_aux_loss_coef",
    "router_jitter_noise",
    // output heads of other models made from the same weights
    "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
    "summary_use_proj",
    // generation
    "bad_words_ids", "begin_suppress_tokens", "decoder_start_token_id", "diversity_penalty", "do_sample",
    "early_stopping", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty",
    "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length", "min_length",
    "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences", "output_scores",
    "pad_token_id", "prefix", "remove_invalid_values", "repetition_penalty", "sep_token_id",
    "suppress_tokens", "temperature", "top_k", "top_p", "typical_p", "unk_token_id"};

/// Refuses keys with which some models change the mathematics, unless they have the value that does not.
void refuse_variants(ConfigKeys& keys) {
    const std::string reason = "this variant is not supported";
    for (const char* key : {"add_cross_attention", "is_encoder_decoder", "qk_layernorm",
                            "tie_encoder_decoder", "use_qk_norm", "use_sliding_window"})
        keys.require_neutral(key, false, reason);
    for (const char* key : {"attn_logit_softcapping", "cross_attention_hidden_size",
                            "final_logit_softcapping", "query_pre_attn_scalar"})
        keys.require_neutral(key, nullptr, reason);
    for (const char* key : {"embedding_multiplier", "logit_scale", "logits_scaling", "partial_rotary_factor",
                            "residual_multiplier"})
        keys.require_neutral(key, 1, reason);
    keys.require_neutral("pruned_heads", json::object(), reason);
    keys.require_neutral("auto_map", nullptr, "the model brings code of its own, which is not run");
    keys.require_neutral("quantization_config", nullptr, "export the model with F32, F16 or BF16 weights");
}

/// The row that the keys model_type and architectures name; either of them may be absent.
const Architecture& find_architecture(const json& object, ConfigKeys& keys) {
    const std::string type = keys.word_or("model_type", "");
    std::string class_name;
    if (keys.has("architectures")) {
        const json& names = json_array(object, "architectures", keys.where());
        if (names.size() == 1 && names[0].is_string())
            class_name = names[0].get<std::string>();
        else
            throw Error(
                {keys.where() + ": 'architectures'", "an array of one name", names.dump().substr(0, 60), ""});
    }
    std::string valid;
    for (const Architecture& a : architectures()) {
        const bool type_fits = type == a.model_type;
        const bool class_fits = !class_name.empty() && class_name == a.class_name;
        if ((type_fits || type.empty()) && (class_fits || (class_name.empty() && type_fits))) return a;
        valid += fmt::format("{}{} ({})", valid.empty() ? "" : ", ", a.model_type,
                             a.class_name.empty() ? "no class" : a.class_name);
    }
    throw Error({keys.where() + ": 'model_type'", "one of " + valid,
                 fmt::format("'{}' ({})", type, class_name), "other architectures are not supported"});
}

} // namespace

ModelConfig parse_hf_config(std::string_view text, const std::string& where) {
    const json object = parse_json(text, where);
    ConfigKeys keys(object, where);
    const ModelConfig config = find_architecture(object, keys).read(keys);
    refuse_variants(keys);
    keys.refuse_unread(k_harmless);
    validate(config, where);
    return config;
}

std::string hf_config_text(const ModelConfig& config) {
    for (const Architecture& a : architectures()) {
        json object = a.write(config);
        object["model_type"] = a.model_type;
        if (!a.class_name.empty()) object["architectures"] = {a.class_name};
        std::string text = object.dump(2) + "\n";
        try {
            if (parse_hf_config(text, "config") == config) return text;
        } catch (const Error&) {
            // This architecture cannot express the config; the next one may.
        }
    }
    throw Error({"model", "a config that validate() accepts", "one that no format can say", ""});
}

} // namespace gf
