"""The small random models: their config.json, and weights of which none is trivially 0 or 1. Activations are of order 1 and
attention is far from uniform, so that a wrong gain, bias, position or mask shows. The epsilons are large, so that a wrong one
shows too."""

import zlib

import torch

from families import FORWARD
from family_models import FAMILY_MODELS, SHAPES, family_shapes
from hugging_face import bert, gpt2, llama
from variants import glassformer

GPT2 = {
    "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 0,
    "embd_pdrop": 0.1, "eos_token_id": 0, "initializer_range": 0.02, "layer_norm_epsilon": 0.003, "model_type": "gpt2",
    "n_embd": 20, "n_head": 4, "n_inner": None, "n_layer": 3, "n_positions": 16, "reorder_and_upcast_attn": False,
    "resid_pdrop": 0.1, "scale_attn_by_inverse_layer_idx": False, "scale_attn_weights": True, "tie_word_embeddings": True,
    "torch_dtype": "float32", "use_cache": True, "vocab_size": 32,
}  # fmt: skip

LLAMA = {
    "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 1,
    "eos_token_id": 2, "head_dim": 8, "hidden_act": "silu", "hidden_size": 24, "initializer_range": 0.02,
    "intermediate_size": 40, "max_position_embeddings": 64, "mlp_bias": False, "model_type": "llama", "num_attention_heads": 6,
    "num_hidden_layers": 2, "num_key_value_heads": 2, "pretraining_tp": 1, "rms_norm_eps": 0.002, "rope_scaling": None,
    "rope_theta": 10000.0, "tie_word_embeddings": False, "torch_dtype": "float32", "use_cache": True, "vocab_size": 32,
}  # fmt: skip

LLAMA_TIED = {**LLAMA, "attention_bias": True, "hidden_size": 20, "intermediate_size": 36, "mlp_bias": True,
              "num_attention_heads": 5, "rms_norm_eps": 0.01, "rope_theta": 500.0, "tie_word_embeddings": True}  # fmt: skip
del LLAMA_TIED["head_dim"], LLAMA_TIED["num_key_value_heads"]  # as in older files: hidden_size / heads, and as many as heads

MISTRAL = {
    "architectures": ["MistralForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2,
    "hidden_act": "silu", "hidden_size": 16, "initializer_range": 0.02, "intermediate_size": 40, "max_position_embeddings": 64,
    "model_type": "mistral", "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2, "rms_norm_eps": 0.002,
    "rope_theta": 10000.0, "sliding_window": 5, "tie_word_embeddings": False, "torch_dtype": "float32", "use_cache": True,
    "vocab_size": 32,
}  # fmt: skip

MIXTRAL = {
    **MISTRAL, "architectures": ["MixtralForCausalLM"], "intermediate_size": 24, "model_type": "mixtral",
    "num_experts_per_tok": 2, "num_hidden_layers": 2, "num_local_experts": 4, "output_router_logits": False,
    "rope_theta": 1000000.0, "router_aux_loss_coef": 0.02, "router_jitter_noise": 0.0, "sliding_window": None,
}  # fmt: skip

BERT = {
    "architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1, "classifier_dropout": None,
    "gradient_checkpointing": False, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 20,
    "initializer_range": 0.02, "intermediate_size": 28, "layer_norm_eps": 0.003, "max_position_embeddings": 16,
    "model_type": "bert", "num_attention_heads": 4, "num_hidden_layers": 2, "pad_token_id": 0,
    "position_embedding_type": "absolute", "torch_dtype": "float32", "type_vocab_size": 2, "use_cache": True,
    "vocab_size": 32,
}  # fmt: skip

OWN = {
    "model_type": "glassformer", "d_model": 16, "n_layers": 2, "n_heads": 4, "n_kv_heads": 4, "d_head": 4, "d_mlp": 20,
    "n_ctx": 16, "d_vocab": 20, "norm": "layer", "norm_place": "pre", "norm_eps": 0.004, "positions": "none",
    "rope_pairs": "half", "rope_theta": 10000.0, "mask": "causal", "window": 0, "mlp": "plain", "activation": "gelu",
    "n_experts": 0, "experts_per_token": 0, "tied_embeddings": False, "attn_qkv_bias": False, "attn_out_bias": False,
    "mlp_bias": False, "bos_id": -1, "eos_id": -1,
}  # fmt: skip
BIASES = {"attn_qkv_bias": True, "attn_out_bias": True, "mlp_bias": True}

# name: (config, number of tokens, length of the prefix that is seen in both directions)
MODELS = {
    "gpt2-tiny": (GPT2, 16, 0),
    "bert-tiny": (BERT, 13, 0),
    "llama-tiny": (LLAMA, 15, 0),
    "llama-tied": (LLAMA_TIED, 12, 0),
    "mistral-tiny": (MISTRAL, 14, 0),
    "mixtral-tiny": (MIXTRAL, 13, 0),
    "post-norm-bidirectional-sinusoidal": ({**OWN, **BIASES, "norm_place": "post", "positions": "sinusoidal",
                                            "mask": "bidirectional", "tied_embeddings": True, "norm_eps": 1e-12}, 10, 0),
    "post-norm-gated-sliding": ({**OWN, "norm": "rms", "norm_place": "post", "mask": "sliding_window", "window": 3,
                                 "mlp": "gated", "activation": "silu", "n_kv_heads": 2}, 10, 0),
    "post-norm-attention-only": ({**OWN, "norm_place": "post", "positions": "alibi", "mlp": "none", "d_mlp": 0}, 10, 0),
    "attention-only-learned": ({**OWN, "positions": "learned", "mlp": "none", "d_mlp": 0, "attn_qkv_bias": True}, 12, 0),
    "alibi-relu": ({**OWN, "positions": "alibi", "activation": "relu"}, 10, 0),
    "alibi-6-heads-bidirectional": ({**OWN, **BIASES, "n_heads": 6, "n_kv_heads": 3, "d_model": 15, "d_head": 5, "d_mlp": 18,
                                     "norm": "rms", "positions": "alibi", "mask": "bidirectional", "mlp": "gated"}, 10, 0),
    "rope-interleaved-one-kv-head": ({**OWN, "n_kv_heads": 1, "d_head": 6, "norm": "rms", "positions": "rope",
                                      "rope_pairs": "interleaved", "rope_theta": 300.0, "mask": "sliding_window", "window": 4,
                                      "activation": "gelu_tanh", "mlp_bias": True, "attn_out_bias": True}, 12, 0),
    "moe-biased-prefix": ({**OWN, **BIASES, "positions": "learned", "mask": "prefix", "mlp": "gated", "activation": "gelu_tanh",
                           "n_experts": 3, "experts_per_token": 2, "d_mlp": 12}, 10, 4),
    "post-norm-moe-plain-top-1": ({**OWN, "norm": "rms", "norm_place": "post", "positions": "rope", "activation": "relu",
                                   "n_experts": 4, "experts_per_token": 1, "d_mlp": 10}, 10, 0),
    "moe-sigmoid-biased-shared": ({**OWN, "norm": "rms", "positions": "rope", "mlp": "gated", "activation": "silu",
                                   "n_experts": 5, "experts_per_token": 2, "n_shared_experts": 1, "router": "sigmoid",
                                   "router_bias": True, "d_mlp": 9}, 10, 0),
    "moe-switch-shared-layers": ({**OWN, "positions": "rope", "n_layers": 3, "n_layer_groups": 2, "n_experts": 4,
                                  "experts_per_token": 1, "renormalised_gates": False, "d_mlp": 10}, 10, 0),
    "shared-layers-classes": ({**OWN, **BIASES, "n_layers": 3, "n_layer_groups": 2, "norm_place": "post",
                               "positions": "learned", "mask": "bidirectional", "embed_norm": True, "head": "classes",
                               "pooling": "mean", "n_classes": 3}, 10, 0),
    "embedding-of-the-last": ({**OWN, "norm": "rms", "positions": "rope", "mlp": "gated", "head": "embedding",
                               "pooling": "last"}, 10, 0),
    "encoder-decoder": ({**OWN, "n_encoder_layers": 1, "norm": "rms", "positions": "rope", "mlp": "gated",
                         "activation": "silu", "n_kv_heads": 2}, 9, 0),
    "encoder-decoder-post-norm": ({**OWN, **BIASES, "n_encoder_layers": 2, "n_layers": 1, "norm_place": "post",
                                   "positions": "learned", "activation": "relu", "tied_embeddings": True}, 10, 0),
    "masked-pre-norm": ({**OWN, "positions": "alibi", "mask": "bidirectional", "head": "masked_tokens",
                         "n_layers": 1}, 10, 0),
    **FAMILY_MODELS,
}  # fmt: skip


def bert_shapes(c):
    d, shapes = c["hidden_size"], {}
    norm = lambda name: shapes.update({name + ".weight": (d,), name + ".bias": (d,)})
    linear = lambda name, n_in, n_out: shapes.update({name + ".weight": (n_out, n_in), name + ".bias": (n_out,)})
    for name, rows in (("word", c["vocab_size"]), ("position", c["max_position_embeddings"]), ("token_type", c["type_vocab_size"])):
        shapes[f"bert.embeddings.{name}_embeddings.weight"] = (rows, d)
    norm("bert.embeddings.LayerNorm")
    for layer in range(c["num_hidden_layers"]):
        at = f"bert.encoder.layer.{layer}."
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            linear(at + "attention." + name, d, d)
        norm(at + "attention.output.LayerNorm"), norm(at + "output.LayerNorm")
        linear(at + "intermediate.dense", d, c["intermediate_size"]), linear(at + "output.dense", c["intermediate_size"], d)
    linear("bert.pooler.dense", d, d)  # of another head; masked tokens do without
    linear("cls.predictions.transform.dense", d, d), norm("cls.predictions.transform.LayerNorm")
    shapes["cls.predictions.bias"] = (c["vocab_size"],)
    return shapes


def gpt2_shapes(c):
    d, inner = c["n_embd"], c["n_inner"] or 4 * c["n_embd"]
    shapes = {"transformer.wte.weight": (c["vocab_size"], d), "transformer.wpe.weight": (c["n_positions"], d)}
    norm = lambda name: shapes.update({name + ".weight": (d,), name + ".bias": (d,)})
    conv1d = lambda name, n_in, n_out: shapes.update({name + ".weight": (n_in, n_out), name + ".bias": (n_out,)})
    for layer in range(c["n_layer"]):
        at = f"transformer.h.{layer}."
        norm(at + "ln_1"), norm(at + "ln_2")
        conv1d(at + "attn.c_attn", d, 3 * d), conv1d(at + "attn.c_proj", d, d)
        conv1d(at + "mlp.c_fc", d, inner), conv1d(at + "mlp.c_proj", inner, d)
    norm("transformer.ln_f")
    return shapes


def llama_shapes(c):
    """Of Llama's names, for a config in Glassformer's keys."""
    d, encoder_layers = c["d_model"], c.get("n_encoder_layers", 0)
    shapes = {f"model.{'shared' if encoder_layers else 'embed_tokens'}.weight": (c["d_vocab"], d)}

    def linear(name, n_in, n_out, bias):
        shapes[name + ".weight"] = (n_out, n_in)
        if bias:
            shapes[name + ".bias"] = (n_out,)

    def norm(name):
        shapes[name + ".weight"] = (d,)
        if c["norm"] == "layer":
            shapes[name + ".bias"] = (d,)

    def mlp(gate, up, down):
        for name in (gate, up) if c["mlp"] == "gated" else (up,):
            linear(name, d, c["d_mlp"], c["mlp_bias"])
        linear(down, c["d_mlp"], d, c["mlp_bias"])

    def attention(at):
        for letter, count in (("q", c["n_heads"]), ("k", c["n_kv_heads"]), ("v", c["n_kv_heads"])):
            linear(at + f"{letter}_proj", d, count * c["d_head"], c["attn_qkv_bias"])
        linear(at + "o_proj", c["n_heads"] * c["d_head"], d, c["attn_out_bias"])

    def stack(stem, n_layers, reads_source):
        if c["positions"] == "learned":
            shapes[stem + "embed_positions.weight"] = (c["n_ctx"], d)
        if c.get("embed_norm"):
            norm(stem + "embed_layernorm")
        for layer in range(n_layers):
            at = f"{stem}layers.{layer}."
            norm(at + "input_layernorm"), attention(at + "self_attn.")
            if reads_source:
                norm(at + "encoder_attn_layer_norm"), attention(at + "encoder_attn.")
            if c["mlp"] == "none":
                continue
            norm(at + "post_attention_layernorm")
            if c["n_experts"]:
                linear(at + "block_sparse_moe.gate", d, c["n_experts"], False)
                if c.get("router_bias"):
                    shapes[at + "block_sparse_moe.gate.e_score_correction_bias"] = (c["n_experts"],)
                names = [f"experts.{e}." for e in range(c["n_experts"])]
                for name in names + [f"shared_experts.{e}." for e in range(c.get("n_shared_experts", 0))]:
                    name = at + "block_sparse_moe." + name
                    mlp(name + "w1", name + ("w3" if c["mlp"] == "gated" else "w1"), name + "w2")
            else:
                mlp(*(at + f"mlp.{m}_proj" for m in ("gate", "up", "down")))
        if c["norm_place"] == "pre":
            norm(stem + "norm")

    if encoder_layers:
        stack("model.encoder.", encoder_layers, False), stack("model.decoder.", c["n_layers"], True)
    else:
        stack("model.", c.get("n_layer_groups") or c["n_layers"], False)
    head = c.get("head", "tokens")
    if head == "masked_tokens":
        linear("mlm_head.dense", d, d, True), norm("mlm_head.layernorm")
        shapes["lm_head.bias"] = (c["d_vocab"],)
    if head == "classes":
        linear("classifier", d, c["n_classes"], True)
    if head in ("tokens", "masked_tokens") and not c["tied_embeddings"]:
        shapes["lm_head.weight"] = (c["d_vocab"], d)
    return shapes


def in_own_keys(c):
    """A Llama-like config in the keys that llama_shapes reads."""
    heads = c["num_attention_heads"]
    return {
        "d_model": c["hidden_size"], "n_layers": c["num_hidden_layers"], "n_heads": heads,
        "n_kv_heads": c.get("num_key_value_heads", heads), "d_head": c.get("head_dim", c["hidden_size"] // heads),
        "d_mlp": c["intermediate_size"], "d_vocab": c["vocab_size"], "norm": "rms", "norm_place": "pre", "positions": "rope",
        "mlp": "gated", "n_experts": c.get("num_local_experts", 0), "tied_embeddings": c["tie_word_embeddings"],
        "attn_qkv_bias": c.get("attention_bias", False), "attn_out_bias": c.get("attention_bias", False),
        "mlp_bias": c.get("mlp_bias", False),
    }  # fmt: skip


def shapes_of(config):
    if config["model_type"] == "gpt2":
        return gpt2_shapes(config)
    if config["model_type"] == "bert":
        return bert_shapes(config)
    if config["model_type"] in SHAPES:
        return family_shapes(config)
    return llama_shapes(config if config["model_type"] == "glassformer" else in_own_keys(config))


SHARPER = (
    "c_attn", "q_proj", "k_proj", "self.query", "self.key", "moe.gate", "query_key_value", "qkv_proj", "q_lin", "k_lin",
)  # fmt: skip


def scale_of(name, shape, family=""):
    """(centre, standard deviation) of a parameter"""
    if len(shape) == 1:
        is_gain = name.endswith("weight") and not family.startswith("gemma")  # which stores gains less one
        return (1.0, 0.3) if is_gain else (0.0, 0.3)
    if "relative_attention_bias" in name:
        return 0.0, 1.0
    if "embed" in name or "shared" in name or ".wte." in name or ".wpe." in name:
        return 0.0, 0.7
    fan_in = shape[0] if ".c_" in name else shape[1]  # GPT-2's Conv1D keeps [in, out]
    sharper = any(part in name for part in SHARPER)
    return 0.0, (1.7 if sharper else 1.0) / fan_in**0.5


def random_model(name, seed):
    """-> config, weights, tokens, n_prefix. Uniform numbers: torch draws them one by one, equal on every processor (normal ones
    are not); each model has a generator of its own (seeded with 32 bits: torch's Mersenne Twister ignores the rest)."""
    config, n_tokens, n_prefix = MODELS[name]
    generator = torch.Generator().manual_seed(zlib.crc32(f"{name} {seed}".encode()))
    weights = {}
    for tensor, shape in shapes_of(config).items():
        centre, std = scale_of(tensor, shape, config["model_type"])
        uniform = torch.rand(shape, generator=generator, dtype=torch.float32)
        weights[tensor] = (uniform - 0.5) * (12**0.5 * std) + centre
    vocabulary = config.get("d_vocab") or config["vocab_size"]
    tokens = torch.randint(vocabulary, (n_tokens,), generator=generator)
    return config, weights, tokens, n_prefix


class Record(dict):
    """Activations by name; each is put once."""

    def put(self, name, value):
        assert name not in self, name
        self[name] = value.detach().clone()
        return value


def run_model(config, weights, tokens, n_prefix, put):
    """The forward pass; each site's value goes through put(name, value), which returns it."""
    if config["model_type"] == "glassformer":
        return glassformer(config, weights, tokens, put, n_prefix)
    return {"gpt2": gpt2, "bert": bert, **FORWARD}.get(config["model_type"], llama)(config, weights, tokens, put)


def activations(config, weights, tokens, n_prefix, double=False):
    """Every site of a forward pass, as float32 (indices as int32); computed in double precision if asked."""
    dtype = torch.float64 if double else torch.float32
    torch.set_default_dtype(dtype)
    weights = {name: value.to(dtype) for name, value in weights.items()}
    record = Record()
    with torch.no_grad():
        run_model(config, weights, tokens, n_prefix, record.put)
    for name, weight in record.items():
        if name.endswith("hook_expert_weights"):
            slots = record[name.replace("weights", "gates")].shape[-1]
            gaps = -weight.sort(descending=True).values.diff()[:, :slots]
            if gaps.min() < 2e-5:
                raise ValueError(f"{name}: two experts so near that rounding decides; take another seed")
    return {name: value.to(torch.float32 if value.is_floating_point() else torch.int32) for name, value in record.items()}
