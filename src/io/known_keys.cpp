#include "io/known_keys.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

using enum KeyUse;

constexpr std::string_view k_scores = "attention scores of this kind are not supported";

constexpr auto k_known_keys = std::to_array<KnownKey>({
    {"_attn_implementation", bookkeeping},
    {"_attn_implementation_autoset", bookkeeping},
    {"_attn_implementation_internal", bookkeeping},
    {"_commit_hash", bookkeeping},
    {"_name_or_path", bookkeeping},
    {"_num_labels", bookkeeping},
    {"architectures", bookkeeping},
    {"attn_implementation", bookkeeping},
    {"directionality", bookkeeping},
    {"finetuning_task", bookkeeping},
    {"id2label", bookkeeping},
    {"is_decoder", bookkeeping},
    {"is_llama_config", bookkeeping},
    {"label2id", bookkeeping},
    {"max_sequence_length", bookkeeping},
    {"model_max_length", bookkeeping},
    {"n_special", bookkeeping},
    {"name_or_path", bookkeeping},
    {"num_labels", bookkeeping},
    {"output_past", bookkeeping},
    {"predict_special_tokens", bookkeeping},
    {"problem_type", bookkeeping},
    {"task_specific_params", bookkeeping},
    {"tokenizer_class", bookkeeping},
    {"transformers_version", bookkeeping},
    {"transformers.js_config", bookkeeping},
    {"unsloth_fixed", bookkeeping},
    {"unsloth_version", bookkeeping},

    {"_experts_implementation", computation},
    {"_flash_attn_2_enabled", computation},
    {"attention_softmax_in_fp32", computation},
    {"cache_implementation", computation},
    {"chunk_size_feed_forward", computation},
    {"dtype", computation},
    {"flash_attention", computation},
    {"fused_bias_fc", computation},
    {"fused_mlp", computation},
    {"gradient_checkpointing", computation},
    {"output_attentions", computation},
    {"output_hidden_states", computation},
    {"output_router_logits", computation},
    {"pretraining_tp", computation},
    {"reorder_and_upcast_attn", computation},
    {"return_dict", computation},
    {"return_dict_in_generate", computation},
    {"scale_attention_softmax_in_fp32", computation},
    {"tf_legacy_loss", computation},
    {"torch_dtype", computation},
    {"torchscript", computation},
    {"use_bfloat16", computation},
    {"use_cache", computation},
    {"use_flash_attention", computation},
    {"use_flash_attention_2", computation},
    {"use_flash_attn", computation},
    {"use_sdpa", computation},

    {"attn_pdrop", training},
    {"embd_pdrop", training},
    {"resid_pdrop", training},
    {"residual_pdrop", training},
    {"embedding_initializer_scale", training},
    {"init_std", training},
    {"initializer_factor", training},
    {"initializer_range", training},
    {"initializer_scale", training},
    {"layerdrop", training},
    {"rescale_every", training},
    {"router_aux_loss_coef", training},
    {"router_jitter_noise", training},
    {"router_z_loss_coef", training},

    {"pooler_fc_size", other_outputs},
    {"pooler_num_attention_heads", other_outputs},
    {"pooler_num_fc_layers", other_outputs},
    {"pooler_size_per_head", other_outputs},
    {"pooler_type", other_outputs},
    {"summary_activation", other_outputs},
    {"summary_first_dropout", other_outputs},
    {"summary_hidden_size", other_outputs},
    {"summary_proj_to_labels", other_outputs},
    {"summary_type", other_outputs},
    {"summary_use_proj", other_outputs},

    {"bad_words_ids", generation},
    {"begin_suppress_tokens", generation},
    {"decoder_start_token_id", generation},
    {"diversity_penalty", generation},
    {"do_sample", generation},
    {"early_stopping", generation},
    {"encoder_no_repeat_ngram_size", generation},
    {"exponential_decay_length_penalty", generation},
    {"forced_bos_token_id", generation},
    {"forced_eos_token_id", generation},
    {"generation_config", generation},
    {"length_penalty", generation},
    {"max_length", generation},
    {"max_new_tokens", generation},
    {"min_length", generation},
    {"no_repeat_ngram_size", generation},
    {"num_beam_groups", generation},
    {"num_beams", generation},
    {"num_return_sequences", generation},
    {"output_scores", generation},
    {"pad_token_id", generation},
    {"prefix", generation},
    {"remove_invalid_values", generation},
    {"repetition_penalty", generation},
    {"sep_token_id", generation},
    {"suppress_tokens", generation},
    {"temperature", generation},
    {"top_k", generation},
    {"top_p", generation},
    {"typical_p", generation},
    {"unk_token_id", generation},

    {"add_cross_attention", variant, "false"},
    {"attn_logit_softcapping", variant, "null", k_scores},
    {"auto_map", variant, "null", "the model brings code of its own, which is not run"},
    {"cross_attention_hidden_size", variant, "null"},
    {"embedding_multiplier", variant, "1"},
    {"attention_multiplier", variant, "null", k_scores},
    {"final_logit_softcapping", variant, "null"},
    {"is_encoder_decoder", variant, "false"},
    {"layer_types", variant, "null", "layers of different kinds are not supported in this family"},
    {"logit_scale", variant, "1"},
    {"logits_scaling", variant, "1"},
    {"partial_rotary_factor", variant, "1"},
    {"pruned_heads", variant, "{}"},
    {"qk_layernorm", variant, "false"},
    {"quantization_config", variant, "null", "export the model with F32, F16 or BF16 weights"},
    {"query_pre_attn_scalar", variant, "null", k_scores},
    {"residual_multiplier", variant, "1"},
    {"rope_interleaved", variant, "false"},
    {"rotary_pct", variant, "1"},
    {"tie_encoder_decoder", variant, "false"},
    {"use_qk_norm", variant, "false"},
    {"use_sliding_window", variant, "false"},
});

constexpr auto k_suspicious = std::to_array<std::string_view>(
    {"rope",   "scal", "mult",   "norm",       "attn",     "attention", "soft",
     "cap",    "bias", "window", "pattern",    "parallel", "residual",  "position",
     "expert", "moe",  "router", "activation", "shared",   "sink"});

} // namespace

std::string_view name(KeyUse use) {
    switch (use) {
    case bookkeeping: return "names and versions";
    case computation: return "how it is computed";
    case training: return "training";
    case other_outputs: return "other outputs";
    case generation: return "drawing tokens";
    case variant: break;
    }
    return "variants";
}

std::span<const KnownKey> known_keys() { return k_known_keys; }

const KnownKey* find_known_key(std::string_view key) {
    const auto row = std::find_if(k_known_keys.begin(), k_known_keys.end(),
                                  [&](const KnownKey& known) { return known.key == key; });
    return row == k_known_keys.end() ? nullptr : &*row;
}

std::span<const std::string_view> suspicious_words() { return k_suspicious; }

} // namespace gf
