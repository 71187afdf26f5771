"""Forward passes of the public architectures, in the keys, tensor names and layouts of Hugging Face's transformers:

BERT     transformers/models/bert/modeling_bert.py        Devlin et al. 2019, arXiv:1810.04805 (BertForMaskedLM)
GPT-2    transformers/models/gpt2/modeling_gpt2.py        Radford et al. 2019, Language Models are ... Learners
Llama    transformers/models/llama/modeling_llama.py      Touvron et al. 2023, arXiv:2302.13971
Mistral  transformers/models/mistral/modeling_mistral.py  Jiang et al. 2023, arXiv:2310.06825 (sliding window)
Mixtral  transformers/models/mixtral/modeling_mixtral.py  Jiang et al. 2024, arXiv:2401.04088 (mixture of experts)

`put(name, value)` records an activation under TransformerLens's name and gives the value back. Shapes: T tokens, H query heads,
G key-value heads, D = d_head; torch.nn.Linear keeps [out, in], GPT-2's Conv1D [in, out].
"""

import math

import torch
import torch.nn.functional as F


def causal(n_tokens, window=None):
    """[query, key]: may the query see the key? masking_utils.py: kv <= q, and kv > q - sliding_window."""
    q, k = torch.arange(n_tokens)[:, None], torch.arange(n_tokens)[None, :]
    return (k <= q) & (k > q - window) if window else k <= q


def attend(put, at, q, k, v, visible):
    """q [T, H, D], k and v [T, H, D] (already repeated for grouped heads) -> [T, H D]"""
    scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(q.shape[-1])
    scores = put(at + "attn.hook_attn_scores", scores.masked_fill(~visible, -math.inf))
    pattern = put(at + "attn.hook_pattern", F.softmax(scores, dim=-1))
    z = put(at + "attn.hook_z", torch.einsum("hqk,khd->qhd", pattern, v))
    return z.flatten(1)


# GPT-2


def gpt2_layer_norm(put, at, x, w, name, eps):
    """torch.nn.LayerNorm; what it does inside is recorded beside it."""
    scale = put(at + ".hook_scale", (x.var(-1, unbiased=False, keepdim=True) + eps).sqrt())
    put(at + ".hook_normalized", (x - x.mean(-1, keepdim=True)) / scale)
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], eps)


def conv1d(x, w, name):
    """pytorch_utils.Conv1D: a linear layer with its weight as [in, out]"""
    return torch.addmm(w[name + ".bias"], x, w[name + ".weight"])


def gelu_new(x):
    """activations.NewGELUActivation (Hendrycks & Gimpel 2016, arXiv:1606.08415)"""
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


def gpt2(config, w, tokens, put):
    n_tokens, d, heads, eps = len(tokens), config["n_embd"], config["n_head"], config["layer_norm_epsilon"]
    assert config["activation_function"] == "gelu_new"
    wte, wpe = w["transformer.wte.weight"], w["transformer.wpe.weight"]
    x = put("hook_embed", wte[tokens]) + put("hook_pos_embed", wpe[torch.arange(n_tokens)])
    for layer in range(config["n_layer"]):
        at, name = f"blocks.{layer}.", f"transformer.h.{layer}."
        put(at + "hook_resid_pre", x)
        normed = gpt2_layer_norm(put, at + "ln1", x, w, name + "ln_1", eps)
        # (T, d) x (d, 3 d) -> (T, 3 d): query, key and value side by side
        q, k, v = (part.view(n_tokens, heads, d // heads) for part in conv1d(normed, w, name + "attn.c_attn").split(d, dim=-1))
        put(at + "attn.hook_q", q), put(at + "attn.hook_k", k), put(at + "attn.hook_v", v)
        z = attend(put, at, q, k, v, causal(n_tokens))
        x = put(at + "hook_resid_mid", x + put(at + "hook_attn_out", conv1d(z, w, name + "attn.c_proj")))
        normed = gpt2_layer_norm(put, at + "ln2", x, w, name + "ln_2", eps)
        hidden = put(at + "mlp.hook_post", gelu_new(put(at + "mlp.hook_pre", conv1d(normed, w, name + "mlp.c_fc"))))
        x = put(at + "hook_resid_post", x + put(at + "hook_mlp_out", conv1d(hidden, w, name + "mlp.c_proj")))
    normed = gpt2_layer_norm(put, "ln_final", x, w, "transformer.ln_f", eps)
    put("logits", F.linear(normed, wte))


# BERT


def bert(config, w, tokens, put):
    """One segment: token type 0 everywhere, recorded as part of the positions."""
    n_tokens, heads, eps = len(tokens), config["num_attention_heads"], config["layer_norm_eps"]
    d_head = config["hidden_size"] // heads
    assert config["hidden_act"] == "gelu"
    at = "bert.embeddings."
    words, token_type = w[at + "word_embeddings.weight"], w[at + "token_type_embeddings.weight"][0]
    positions = put("hook_pos_embed", w[at + "position_embeddings.weight"][torch.arange(n_tokens)] + token_type)
    x = gpt2_layer_norm(put, "embed.ln", put("hook_embed", words[tokens]) + positions, w, at + "LayerNorm", eps)
    for layer in range(config["num_hidden_layers"]):
        at, name = f"blocks.{layer}.", f"bert.encoder.layer.{layer}."
        put(at + "hook_resid_pre", x)
        q, k, v = (
            put(at + "attn.hook_" + word[0], linear(x, w, name + "attention.self." + word).view(n_tokens, heads, d_head))
            for word in ("query", "key", "value")
        )
        z = attend(put, at, q, k, v, torch.ones(n_tokens, n_tokens, dtype=torch.bool))
        attention = put(at + "hook_attn_out", linear(z, w, name + "attention.output.dense"))
        x = gpt2_layer_norm(put, at + "ln1", put(at + "hook_resid_mid", x + attention), w, name + "attention.output.LayerNorm", eps)
        hidden = put(at + "mlp.hook_post", F.gelu(put(at + "mlp.hook_pre", linear(x, w, name + "intermediate.dense"))))
        out = put(at + "hook_mlp_out", linear(hidden, w, name + "output.dense"))
        x = gpt2_layer_norm(put, at + "ln2", put(at + "hook_resid_post", x + out), w, name + "output.LayerNorm", eps)
        put(at + "hook_normalized_resid_post", x)
    name = "cls.predictions.transform."
    hidden = put("mlm_head.hook_post", F.gelu(put("mlm_head.hook_pre", linear(x, w, name + "dense"))))
    x = gpt2_layer_norm(put, "mlm_head.ln", hidden, w, name + "LayerNorm", eps)
    put("logits", F.linear(x, words, w["cls.predictions.bias"]))


# Llama, Mistral, Mixtral


def linear(x, w, name):
    """torch.nn.Linear, with a bias if the file has one"""
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def llama_rms_norm(put, at, x, gain, eps):
    """LlamaRMSNorm (Zhang & Sennrich 2019, arXiv:1910.07467)"""
    variance = x.pow(2).mean(-1, keepdim=True)
    put(at + ".hook_scale", (variance + eps).sqrt())
    return gain * put(at + ".hook_normalized", x * torch.rsqrt(variance + eps))


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def rotary(x, theta):
    """LlamaRotaryEmbedding and apply_rotary_pos_emb (Su et al. 2021, arXiv:2104.09864); x [T, heads, D]"""
    d_head = x.shape[-1]
    frequency = 1.0 / (theta ** (torch.arange(0, d_head, 2, dtype=torch.float64) / d_head))
    angle = torch.outer(torch.arange(len(x), dtype=torch.float64), frequency)
    angle = torch.cat((angle, angle), dim=-1)[:, None, :]
    return x * angle.cos().to(x.dtype) + rotate_half(x) * angle.sin().to(x.dtype)


def llama_mlp(put, at, x, w, name):
    """LlamaMLP: SwiGLU (Shazeer 2020, arXiv:2002.05202)"""
    gate = put(at + "mlp.hook_pre", linear(x, w, name + "gate_proj"))
    up = put(at + "mlp.hook_pre_linear", linear(x, w, name + "up_proj"))
    return linear(put(at + "mlp.hook_post", F.silu(gate) * up), w, name + "down_proj")


def mixtral_moe(put, at, x, w, name, config):
    """MixtralSparseMoeBlock: expert by expert, each on the tokens that chose it"""
    n_experts, slots, inner = config["num_local_experts"], config["num_experts_per_tok"], config["intermediate_size"]
    logits = put(at + "mlp.hook_router_logits", linear(x, w, name + "gate"))
    weights = put(at + "mlp.hook_expert_weights", F.softmax(logits, dim=1))
    gates, chosen = torch.topk(weights, slots, dim=-1)
    gates = gates / gates.sum(dim=-1, keepdim=True)
    put(at + "mlp.hook_expert_indices", chosen), put(at + "mlp.hook_expert_gates", gates)
    pre, pre_linear, post = (x.new_zeros(len(x), slots, inner) for _ in range(3))
    out = torch.zeros_like(x)
    for expert in range(n_experts):
        token, slot = torch.where(chosen == expert)
        expert_name = f"{name}experts.{expert}."
        gate, up = linear(x[token], w, expert_name + "w1"), linear(x[token], w, expert_name + "w3")
        hidden = F.silu(gate) * up
        pre[token, slot], pre_linear[token, slot], post[token, slot] = gate, up, hidden
        out.index_add_(0, token, linear(hidden, w, expert_name + "w2") * gates[token, slot, None])
    put(at + "mlp.hook_pre", pre), put(at + "mlp.hook_pre_linear", pre_linear), put(at + "mlp.hook_post", post)
    return out


def llama(config, w, tokens, put):
    n_tokens, heads, eps = len(tokens), config["num_attention_heads"], config["rms_norm_eps"]
    kv_heads = config.get("num_key_value_heads", heads)
    d_head = config.get("head_dim", config["hidden_size"] // heads)
    assert config["hidden_act"] == "silu"
    visible = causal(n_tokens, config.get("sliding_window"))
    x = put("hook_embed", w["model.embed_tokens.weight"][tokens])
    for layer in range(config["num_hidden_layers"]):
        at, name = f"blocks.{layer}.", f"model.layers.{layer}."
        put(at + "hook_resid_pre", x)
        normed = llama_rms_norm(put, at + "ln1", x, w[name + "input_layernorm.weight"], eps)
        q = put(at + "attn.hook_q", linear(normed, w, name + "self_attn.q_proj").view(n_tokens, heads, d_head))
        k = put(at + "attn.hook_k", linear(normed, w, name + "self_attn.k_proj").view(n_tokens, kv_heads, d_head))
        v = put(at + "attn.hook_v", linear(normed, w, name + "self_attn.v_proj").view(n_tokens, kv_heads, d_head))
        q = put(at + "attn.hook_rot_q", rotary(q, config["rope_theta"]))
        k = put(at + "attn.hook_rot_k", rotary(k, config["rope_theta"]))
        # repeat_kv: query head h reads key-value head h / (H / G) (Ainslie et al. 2023, arXiv:2305.13245)
        k, v = (t.repeat_interleave(heads // kv_heads, dim=1) for t in (k, v))
        z = attend(put, at, q, k, v, visible)
        x = put(at + "hook_resid_mid", x + put(at + "hook_attn_out", linear(z, w, name + "self_attn.o_proj")))
        normed = llama_rms_norm(put, at + "ln2", x, w[name + "post_attention_layernorm.weight"], eps)
        if config["model_type"] == "mixtral":
            out = mixtral_moe(put, at, normed, w, name + "block_sparse_moe.", config)
        else:
            out = llama_mlp(put, at, normed, w, name + "mlp.")
        x = put(at + "hook_resid_post", x + put(at + "hook_mlp_out", out))
    normed = llama_rms_norm(put, "ln_final", x, w["model.norm.weight"], eps)
    tied = config["tie_word_embeddings"]
    put("logits", F.linear(normed, w["model.embed_tokens.weight" if tied else "lm_head.weight"]))
