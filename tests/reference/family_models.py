"""The small random models of families.py: their config.json as publishers write them, and the shapes of their tensors."""

COMMON = {"initializer_range": 0.02, "torch_dtype": "float32", "use_cache": True, "vocab_size": 32, "bos_token_id": 1, "eos_token_id": 2}
LLAMA_LIKE = {
    **COMMON, "attention_bias": False, "attention_dropout": 0.0, "hidden_act": "silu", "hidden_size": 24, "intermediate_size": 40,
    "max_position_embeddings": 64, "num_attention_heads": 6, "num_hidden_layers": 2, "num_key_value_heads": 2,
    "rms_norm_eps": 0.002, "rope_theta": 10000.0, "tie_word_embeddings": False,
}  # fmt: skip


def llama_like(model_type, name, **changes):
    return {**LLAMA_LIKE, "architectures": [name], "model_type": model_type, **changes}


GPT_NEOX = {
    **COMMON, "architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "attention_bias": True, "hidden_act": "gelu",
    "hidden_dropout": 0.0, "hidden_size": 24, "intermediate_size": 44, "layer_norm_eps": 0.003, "max_position_embeddings": 64,
    "num_attention_heads": 3, "num_hidden_layers": 2, "rotary_emb_base": 300, "rotary_pct": 0.25, "tie_word_embeddings": False,
    "use_parallel_residual": True,
}  # fmt: skip
PHI = {
    **COMMON, "architectures": ["PhiForCausalLM"], "model_type": "phi", "attention_dropout": 0.0, "embd_pdrop": 0.0,
    "hidden_act": "gelu_new", "hidden_size": 24, "intermediate_size": 44, "layer_norm_eps": 0.003, "max_position_embeddings": 64,
    "num_attention_heads": 3, "num_hidden_layers": 2, "num_key_value_heads": None, "partial_rotary_factor": 0.5,
    "qk_layernorm": False, "resid_pdrop": 0.1, "rope_scaling": None, "rope_theta": 300.0, "tie_word_embeddings": False,
}  # fmt: skip
GEMMA = {"hidden_activation": "gelu_pytorch_tanh", "head_dim": 8, "query_pre_attn_scalar": 12, "sliding_window": 4,
         "tie_word_embeddings": True}  # fmt: skip
OPT = {
    **COMMON, "_remove_final_layer_norm": False, "activation_dropout": 0.0, "activation_function": "relu",
    "architectures": ["OPTForCausalLM"], "attention_dropout": 0.0, "do_layer_norm_before": True, "dropout": 0.1, "ffn_dim": 36,
    "hidden_size": 20, "layerdrop": 0.0, "max_position_embeddings": 24, "model_type": "opt", "num_attention_heads": 4,
    "num_hidden_layers": 2, "pad_token_id": 1, "prefix": "</s>", "word_embed_proj_dim": 20,
}  # fmt: skip
ROBERTA = {
    **COMMON, "architectures": ["RobertaForMaskedLM"], "attention_probs_dropout_prob": 0.1, "bos_token_id": 0,
    "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 20, "intermediate_size": 28, "layer_norm_eps": 0.003,
    "max_position_embeddings": 20, "model_type": "roberta", "num_attention_heads": 4, "num_hidden_layers": 2, "pad_token_id": 1,
    "type_vocab_size": 1,
}  # fmt: skip
DISTILBERT = {
    "activation": "gelu", "architectures": ["DistilBertForMaskedLM"], "attention_dropout": 0.1, "dim": 20, "dropout": 0.1,
    "hidden_dim": 28, "initializer_range": 0.02, "max_position_embeddings": 16, "model_type": "distilbert", "n_heads": 4,
    "n_layers": 2, "pad_token_id": 0, "qa_dropout": 0.1, "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": False,
    "tie_weights_": True, "vocab_size": 32,
}  # fmt: skip
T5 = {
    "architectures": ["T5ForConditionalGeneration"], "d_ff": 36, "d_kv": 5, "d_model": 20, "decoder_start_token_id": 0,
    "dropout_rate": 0.1, "eos_token_id": 1, "feed_forward_proj": "relu", "initializer_factor": 1.0, "is_encoder_decoder": True,
    "layer_norm_epsilon": 0.002, "model_type": "t5", "n_positions": 64, "num_decoder_layers": 2, "num_heads": 3, "num_layers": 2,
    "output_past": True, "pad_token_id": 0, "relative_attention_max_distance": 12, "relative_attention_num_buckets": 8,
    "tie_word_embeddings": True, "use_cache": True, "vocab_size": 32,
}  # fmt: skip

# name: (config, number of tokens, length of the prefix that is seen in both directions)
FAMILY_MODELS = {
    "gpt-neox-tiny": (GPT_NEOX, 13, 0),
    "gpt-neox-in-turn": ({**GPT_NEOX, "rotary_pct": 1.0, "use_parallel_residual": False}, 11, 0),
    "phi-tiny": (PHI, 13, 0),
    "phi3-tiny": (llama_like("phi3", "Phi3ForCausalLM", partial_rotary_factor=0.5, hidden_size=24, num_attention_heads=3,
                             num_key_value_heads=1, sliding_window=5, original_max_position_embeddings=64), 14, 0),
    "qwen3-tiny": (llama_like("qwen3", "Qwen3ForCausalLM", head_dim=8, rope_theta=1000000, tie_word_embeddings=True,
                              use_sliding_window=False, sliding_window=None, max_window_layers=28), 13, 0),
    "gemma2-tiny": (llama_like("gemma2", "Gemma2ForCausalLM", **GEMMA, attn_logit_softcapping=3.0, final_logit_softcapping=2.0,
                               num_hidden_layers=3, cache_implementation="hybrid"), 13, 0),
    "gemma3-tiny": (llama_like("gemma3_text", "Gemma3ForCausalLM", **GEMMA, num_hidden_layers=3, num_key_value_heads=1,
                               rope_theta=1000000.0, rope_local_base_freq=100.0, attn_logit_softcapping=None,
                               final_logit_softcapping=None, rope_scaling={"factor": 4.0, "rope_type": "linear"},
                               _sliding_window_pattern=3, use_bidirectional_attention=False,
                               layer_types=["sliding_attention", "full_attention", "sliding_attention"]), 14, 0),
    "smollm3-tiny": (llama_like("smollm3", "SmolLM3ForCausalLM", num_hidden_layers=3, no_rope_layers=[1, 0, 1],
                                no_rope_layer_interval=2, tie_word_embeddings=True, use_sliding_window=False,
                                sliding_window=None, layer_types=["full_attention"] * 3, max_window_layers=28,
                                rope_theta=500.0, mlp_bias=False), 13, 0),
    "olmo2-tiny": (llama_like("olmo2", "Olmo2ForCausalLM", rope_theta=500.0), 13, 0),
    "opt-tiny": (OPT, 13, 0),
    "opt-post-norm": ({**OPT, "do_layer_norm_before": False}, 11, 0),
    "roberta-tiny": (ROBERTA, 13, 0),
    "distilbert-tiny": (DISTILBERT, 12, 0),
    "t5-tiny": (T5, 13, 0),
    "t5-gated": ({**T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False, "num_decoder_layers": 1}, 12, 0),
}  # fmt: skip


class Shapes(dict):
    def linear(self, name, n_in, n_out, bias=True):
        self[name + ".weight"] = (n_out, n_in)
        if bias:
            self[name + ".bias"] = (n_out,)

    def layer_norm(self, name, d):
        self[name + ".weight"], self[name + ".bias"] = (d,), (d,)

    def rms_norm(self, name, d):
        self[name + ".weight"] = (d,)


def neox_shapes(c, s):
    d, inner = c["hidden_size"], c["intermediate_size"]
    s["gpt_neox.embed_in.weight"] = (c["vocab_size"], d)
    for layer in range(c["num_hidden_layers"]):
        at = f"gpt_neox.layers.{layer}."
        s.layer_norm(at + "input_layernorm", d), s.layer_norm(at + "post_attention_layernorm", d)
        s.linear(at + "attention.query_key_value", d, 3 * d), s.linear(at + "attention.dense", d, d)
        s.linear(at + "mlp.dense_h_to_4h", d, inner), s.linear(at + "mlp.dense_4h_to_h", inner, d)
    s.layer_norm("gpt_neox.final_layer_norm", d), s.linear("embed_out", d, c["vocab_size"], False)


def phi_shapes(c, s):
    d, inner = c["hidden_size"], c["intermediate_size"]
    s["model.embed_tokens.weight"] = (c["vocab_size"], d)
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        s.layer_norm(at + "input_layernorm", d)
        for name in ("q_proj", "k_proj", "v_proj", "dense"):
            s.linear(at + "self_attn." + name, d, d)
        s.linear(at + "mlp.fc1", d, inner), s.linear(at + "mlp.fc2", inner, d)
    s.layer_norm("model.final_layernorm", d), s.linear("lm_head", d, c["vocab_size"])


def llama_like_shapes(c, s):
    d, inner, heads, kv_heads = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"], c["num_key_value_heads"]
    family, d_head = c["model_type"], c.get("head_dim", c["hidden_size"] // c["num_attention_heads"])
    s["model.embed_tokens.weight"] = (c["vocab_size"], d)
    norms = {"olmo2": ["post_attention", "post_feedforward"],
             "gemma2": ["input", "post_attention", "pre_feedforward", "post_feedforward"]}  # fmt: skip
    norms["gemma3_text"] = norms["gemma2"]
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        if family == "phi3":
            s.linear(at + "self_attn.qkv_proj", d, (heads + 2 * kv_heads) * d_head, False)
            s.linear(at + "mlp.gate_up_proj", d, 2 * inner, False)
        else:
            for letter, count in (("q", heads), ("k", kv_heads), ("v", kv_heads)):
                s.linear(f"{at}self_attn.{letter}_proj", d, count * d_head, False)
            s.linear(at + "mlp.gate_proj", d, inner, False), s.linear(at + "mlp.up_proj", d, inner, False)
        if family in ("qwen3", "gemma3_text", "olmo2"):
            whole = family == "olmo2"
            s.rms_norm(at + "self_attn.q_norm", heads * d_head if whole else d_head)
            s.rms_norm(at + "self_attn.k_norm", kv_heads * d_head if whole else d_head)
        s.linear(at + "self_attn.o_proj", heads * d_head, d, False), s.linear(at + "mlp.down_proj", inner, d, False)
        for name in norms.get(family, ["input", "post_attention"]):
            s.rms_norm(f"{at}{name}_layernorm", d)
    s.rms_norm("model.norm", d)
    if not c["tie_word_embeddings"]:
        s.linear("lm_head", d, c["vocab_size"], False)


def opt_shapes(c, s):
    d, inner, stem = c["hidden_size"], c["ffn_dim"], "model.decoder."
    s[stem + "embed_tokens.weight"] = (c["vocab_size"], d)
    s[stem + "embed_positions.weight"] = (c["max_position_embeddings"] + 2, d)
    for layer in range(c["num_hidden_layers"]):
        at = f"{stem}layers.{layer}."
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            s.linear(at + "self_attn." + name, d, d)
        s.layer_norm(at + "self_attn_layer_norm", d), s.layer_norm(at + "final_layer_norm", d)
        s.linear(at + "fc1", d, inner), s.linear(at + "fc2", inner, d)
    if c["do_layer_norm_before"]:
        s.layer_norm(stem + "final_layer_norm", d)


def bert_like_shapes(c, s):
    from families import BERT_NAMES

    stem, layers, qkv, out, norm1, lin1, lin2, norm2, dense, norm_head, bias = BERT_NAMES[c["model_type"]]
    roberta = c["model_type"] == "roberta"
    d, inner = (c["hidden_size"], c["intermediate_size"]) if roberta else (c["dim"], c["hidden_dim"])
    s[stem + "embeddings.word_embeddings.weight"] = (c["vocab_size"], d)
    s[stem + "embeddings.position_embeddings.weight"] = (c["max_position_embeddings"], d)
    if roberta:
        s[stem + "embeddings.token_type_embeddings.weight"] = (1, d)
    s.layer_norm(stem + "embeddings.LayerNorm", d)
    for layer in range(c["num_hidden_layers" if roberta else "n_layers"]):
        at = f"{stem}{layers}{layer}."
        for name in (*qkv, out):
            s.linear(at + name, d, d)
        s.layer_norm(at + norm1, d), s.layer_norm(at + norm2, d)
        s.linear(at + lin1, d, inner), s.linear(at + lin2, inner, d)
    s.linear(dense, d, d), s.layer_norm(norm_head, d)
    s[bias] = (c["vocab_size"],)


def t5_shapes(c, s):
    d, inner, wide = c["d_model"], c["d_ff"], c["num_heads"] * c["d_kv"]
    s["shared.weight"] = (c["vocab_size"], d)

    def attention(at):
        for letter in "qkv":
            s.linear(at + letter, d, wide, False)
        s.linear(at + "o", wide, d, False)

    for stem, n_layers in (("encoder.", c["num_layers"]), ("decoder.", c["num_decoder_layers"])):
        s[stem + "block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = (c["relative_attention_num_buckets"], c["num_heads"])
        for layer in range(n_layers):
            at = f"{stem}block.{layer}.layer."
            attention(at + "0.SelfAttention."), s.rms_norm(at + "0.layer_norm", d)
            if stem == "decoder.":
                attention(at + "1.EncDecAttention."), s.rms_norm(at + "1.layer_norm", d)
            at += "2." if stem == "decoder." else "1."
            for name in ("wi_0", "wi_1") if c["feed_forward_proj"].startswith("gated") else ("wi",):
                s.linear(at + "DenseReluDense." + name, d, inner, False)
            s.linear(at + "DenseReluDense.wo", inner, d, False), s.rms_norm(at + "layer_norm", d)
        s.rms_norm(stem + "final_layer_norm", d)
    if not c["tie_word_embeddings"]:
        s.linear("lm_head", d, c["vocab_size"], False)


SHAPES = {
    "gpt_neox": neox_shapes, "phi": phi_shapes, "phi3": llama_like_shapes, "qwen3": llama_like_shapes, "gemma2": llama_like_shapes,
    "gemma3_text": llama_like_shapes, "smollm3": llama_like_shapes, "olmo2": llama_like_shapes, "opt": opt_shapes,
    "roberta": bert_like_shapes, "distilbert": bert_like_shapes, "t5": t5_shapes,
}  # fmt: skip


def family_shapes(config):
    shapes = Shapes()
    SHAPES[config["model_type"]](config, shapes)
    return dict(shapes)
