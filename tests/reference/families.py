"""Forward passes of further public families, in the keys, tensor names and layouts of Hugging Face's transformers:

GPT-NeoX    gpt_neox/modeling_gpt_neox.py   Black et al. 2022, arXiv:2204.06745 (Pythia: Biderman et al. 2023)
Phi         phi/modeling_phi.py             Li et al. 2023, arXiv:2309.05463 (Phi-1, 1.5, 2)
Phi-3       phi3/modeling_phi3.py           Abdin et al. 2024, arXiv:2404.14219
Qwen3       qwen3/modeling_qwen3.py         Yang et al. 2025, arXiv:2505.09388
Gemma 2, 3  gemma2, gemma3/modeling_*.py    Gemma Team 2024, arXiv:2408.00118; 2025, arXiv:2503.19786
SmolLM3     smollm3/modeling_smollm3.py     Bakouch et al. 2025 (NoPE layers: Kazemnejad et al. 2023)
OLMo 2      olmo2/modeling_olmo2.py         OLMo Team 2024, arXiv:2501.00656
OPT         opt/modeling_opt.py             Zhang et al. 2022, arXiv:2205.01068
RoBERTa     roberta/modeling_roberta.py     Liu et al. 2019, arXiv:1907.11692
DistilBERT  distilbert/modeling_distilbert.py  Sanh et al. 2019, arXiv:1910.01108
T5          t5/modeling_t5.py               Raffel et al. 2020, arXiv:1910.10683; gated: Shazeer 2020, arXiv:2002.05202

`put(name, value)` records an activation under TransformerLens's name and gives the value back. Where a sub-layer's output is
normalised before it is added, hook_attn_out and hook_mlp_out are what is added, attn.hook_out and mlp.hook_out what is normalised.
"""

import math

import torch
import torch.nn.functional as F

from hugging_face import causal, gelu_new, gpt2_layer_norm, linear, rotate_half
from variants import source_of


def attend(put, at, q, k, v, visible, scale, bias=0.0, cap=None, prefix="attn"):
    """q [T, H, D], k and v [S, G, D] -> [T, H D]; the raw scores are scaled, then biased, then capped"""
    repeat = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(repeat, dim=1), v.repeat_interleave(repeat, dim=1)
    scores = torch.einsum("qhd,khd->hqk", q, k) * scale + bias
    if cap:
        scores = torch.tanh(scores / cap) * cap
    scores = put(at + prefix + ".hook_attn_scores", scores.masked_fill(~visible, -math.inf))
    pattern = put(at + prefix + ".hook_pattern", F.softmax(scores, dim=-1))
    return put(at + prefix + ".hook_z", torch.einsum("hqk,khd->qhd", pattern, v)).flatten(1)


def rotary(x, theta, n_turned, factor=1.0):
    """The first n_turned dimensions of each head turn, in halves; `factor` is that of linear scaling. x [T, heads, D]"""
    turned, rest = x[..., :n_turned], x[..., n_turned:]
    frequency = 1.0 / (theta ** (torch.arange(0, n_turned, 2, dtype=torch.float64) / n_turned)) / factor
    angle = torch.outer(torch.arange(len(x), dtype=torch.float64), frequency)
    angle = torch.cat((angle, angle), dim=-1)[:, None, :]
    turned = turned * angle.cos().to(x.dtype) + rotate_half(turned) * angle.sin().to(x.dtype)
    return torch.cat((turned, rest), dim=-1)


def mlp(put, at, x, w, first, last, f):
    hidden = put(at + "mlp.hook_post", f(put(at + "mlp.hook_pre", linear(x, w, first))))
    return linear(hidden, w, last)


# GPT-NeoX and Phi: attention and MLP read the same stream


def gpt_neox(config, w, tokens, put):
    n_tokens, heads, eps = len(tokens), config["num_attention_heads"], config["layer_norm_eps"]
    d_head = config["hidden_size"] // heads
    n_turned = int(d_head * config["rotary_pct"])
    assert config["hidden_act"] == "gelu"
    x = put("hook_embed", w["gpt_neox.embed_in.weight"][tokens])
    for layer in range(config["num_hidden_layers"]):
        at, name = f"blocks.{layer}.", f"gpt_neox.layers.{layer}."
        put(at + "hook_resid_pre", x)
        normed = gpt2_layer_norm(put, at + "ln1", x, w, name + "input_layernorm", eps)
        # [T, heads, 3 D]: query, key and value of a head side by side
        qkv = linear(normed, w, name + "attention.query_key_value").view(n_tokens, heads, 3 * d_head)
        q, k, v = (put(at + f"attn.hook_{letter}", part) for letter, part in zip("qkv", qkv.split(d_head, dim=-1)))
        q, k = (put(at + f"attn.hook_rot_{letter}", rotary(t, config["rotary_emb_base"], n_turned)) for letter, t in (("q", q), ("k", k)))
        z = attend(put, at, q, k, v, causal(n_tokens), d_head**-0.5)
        attention = put(at + "hook_attn_out", linear(z, w, name + "attention.dense"))
        if not config["use_parallel_residual"]:
            x = put(at + "hook_resid_mid", x + attention)
        normed = gpt2_layer_norm(put, at + "ln2", x, w, name + "post_attention_layernorm", eps)
        out = put(at + "hook_mlp_out", mlp(put, at, normed, w, name + "mlp.dense_h_to_4h", name + "mlp.dense_4h_to_h", F.gelu))
        x = put(at + "hook_resid_post", out + attention + x if config["use_parallel_residual"] else x + out)
    normed = gpt2_layer_norm(put, "ln_final", x, w, "gpt_neox.final_layer_norm", eps)
    put("logits", linear(normed, w, "embed_out"))


def phi(config, w, tokens, put):
    n_tokens, heads, eps = len(tokens), config["num_attention_heads"], config["layer_norm_eps"]
    d_head = config["hidden_size"] // heads
    assert config["hidden_act"] == "gelu_new"
    x = put("hook_embed", w["model.embed_tokens.weight"][tokens])
    for layer in range(config["num_hidden_layers"]):
        at, name = f"blocks.{layer}.", f"model.layers.{layer}."
        put(at + "hook_resid_pre", x)
        normed = gpt2_layer_norm(put, at + "ln1", x, w, name + "input_layernorm", eps)
        q, k, v = (put(at + f"attn.hook_{letter}", linear(normed, w, f"{name}self_attn.{letter}_proj").view(n_tokens, -1, d_head))
                   for letter in "qkv")  # fmt: skip
        n_turned = int(d_head * config["partial_rotary_factor"])
        q, k = (put(at + f"attn.hook_rot_{letter}", rotary(t, config["rope_theta"], n_turned)) for letter, t in (("q", q), ("k", k)))
        z = attend(put, at, q, k, v, causal(n_tokens), d_head**-0.5)
        attention = put(at + "hook_attn_out", linear(z, w, name + "self_attn.dense"))
        out = put(at + "hook_mlp_out", mlp(put, at, normed, w, name + "mlp.fc1", name + "mlp.fc2", gelu_new))
        x = put(at + "hook_resid_post", attention + out + x)
    put("logits", linear(gpt2_layer_norm(put, "ln_final", x, w, "model.final_layernorm", eps), w, "lm_head"))


# Families with Llama's blocks


class LlamaLike:
    def __init__(self, config, w, put):
        self.c, self.w, self.put, self.type = config, w, put, config["model_type"]
        self.gemma = self.type in ("gemma2", "gemma3_text")
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.d_head = config.get("head_dim", config["hidden_size"] // self.heads)
        self.act = {"silu": F.silu, "gelu_pytorch_tanh": gelu_new}[config.get("hidden_activation") or config["hidden_act"]]

    def gain(self, name):
        """Gemma stores gains less one."""
        return self.w[name + ".weight"] + (1.0 if self.gemma else 0.0)

    def norm(self, at, x, name):
        variance = x.pow(2).mean(-1, keepdim=True) + self.c["rms_norm_eps"]
        self.put(at + ".hook_scale", variance.sqrt())
        return self.gain(name) * self.put(at + ".hook_normalized", x * torch.rsqrt(variance))

    def norm_heads(self, at, letter, x, name):
        """Qwen3 and Gemma 3 normalise each head, OLMo 2 all of them together, before they are cut into heads."""
        dims = (-2, -1) if self.type == "olmo2" else (-1,)
        variance = x.pow(2).mean(dims, keepdim=True) + self.c["rms_norm_eps"]
        gain = self.gain(name)
        gain = gain.view(x.shape[1:]) if self.type == "olmo2" else gain
        self.put(f"{at}attn.{letter}_norm.hook_scale", variance.sqrt().expand(-1, x.shape[1], -1))
        return self.put(f"{at}attn.hook_norm_{letter}", gain * (x * torch.rsqrt(variance)))

    def window(self, layer):
        if self.type == "phi3":
            return self.c.get("sliding_window")
        kinds = self.c.get("layer_types")
        if kinds:
            return self.c["sliding_window"] if kinds[layer] == "sliding_attention" else None
        pattern = {"gemma2": 2, "gemma3_text": self.c.get("sliding_window_pattern", 6)}.get(self.type)
        return self.c["sliding_window"] if pattern and (layer + 1) % pattern else None

    def turn(self, x, layer, window):
        if self.type == "smollm3" and not self.c["no_rope_layers"][layer]:
            return x
        n_turned = int(self.d_head * self.c.get("partial_rotary_factor", 1.0))
        if self.type == "gemma3_text" and window:
            return rotary(x, self.c["rope_local_base_freq"], n_turned)
        scaling = self.c.get("rope_scaling") or {}
        return rotary(x, self.c["rope_theta"], n_turned, scaling.get("factor", 1.0))

    def attention(self, x, at, name, layer):
        put, w, c, n = self.put, self.w, self.c, len(x)
        if self.type == "phi3":
            sizes = [h * self.d_head for h in (self.heads, self.kv_heads, self.kv_heads)]
            q, k, v = linear(x, w, name + "qkv_proj").split(sizes, dim=-1)
        else:
            q, k, v = (linear(x, w, f"{name}{letter}_proj") for letter in "qkv")
        q, k, v = (put(at + f"attn.hook_{letter}", t.reshape(n, -1, self.d_head)) for letter, t in (("q", q), ("k", k), ("v", v)))
        if name + "q_norm.weight" in w:
            q, k = self.norm_heads(at, "q", q, name + "q_norm"), self.norm_heads(at, "k", k, name + "k_norm")
        window = self.window(layer)
        q, k = put(at + "attn.hook_rot_q", self.turn(q, layer, window)), put(at + "attn.hook_rot_k", self.turn(k, layer, window))
        scale = c["query_pre_attn_scalar"] ** -0.5 if self.gemma else self.d_head**-0.5
        return linear(attend(put, at, q, k, v, causal(n, window), scale, cap=c.get("attn_logit_softcapping")), w, name + "o_proj")

    def feed_forward(self, x, at, name):
        put, w = self.put, self.w
        if self.type == "phi3":
            gate, up = linear(x, w, name + "gate_up_proj").chunk(2, dim=-1)
        else:
            gate, up = linear(x, w, name + "gate_proj"), linear(x, w, name + "up_proj")
        put(at + "mlp.hook_pre", gate), put(at + "mlp.hook_pre_linear", up)
        return linear(put(at + "mlp.hook_post", self.act(gate) * up), w, name + "down_proj")

    def block(self, x, layer):
        put, at, name = self.put, f"blocks.{layer}.", f"model.layers.{layer}."
        put(at + "hook_resid_pre", x)
        before = self.type != "olmo2"  # a norm before each sub-layer
        behind = self.gemma or not before  # and one behind
        out = self.attention(self.norm(at + "ln1", x, name + "input_layernorm") if before else x, at, name + "self_attn.", layer)
        if behind:
            out = self.norm(at + "ln1_post", put(at + "attn.hook_out", out), name + "post_attention_layernorm")
        x = put(at + "hook_resid_mid", x + put(at + "hook_attn_out", out))
        norm2 = "pre_feedforward_layernorm" if self.gemma else "post_attention_layernorm"
        out = self.feed_forward(self.norm(at + "ln2", x, name + norm2) if before else x, at, name + "mlp.")
        if behind:
            out = self.norm(at + "ln2_post", put(at + "mlp.hook_out", out), name + "post_feedforward_layernorm")
        return put(at + "hook_resid_post", x + put(at + "hook_mlp_out", out))

    def run(self, tokens):
        embedding = self.w["model.embed_tokens.weight"]
        x = self.put("hook_embed", embedding[tokens] * (self.c["hidden_size"] ** 0.5 if self.gemma else 1.0))
        for layer in range(self.c["num_hidden_layers"]):
            x = self.block(x, layer)
        x = self.norm("ln_final", x, "model.norm")
        logits = F.linear(x, self.w.get("lm_head.weight", embedding))
        cap = self.c.get("final_logit_softcapping")
        self.put("logits", torch.tanh(logits / cap) * cap if cap else logits)


def llama_like(config, w, tokens, put):
    LlamaLike(config, w, put).run(tokens)


# OPT, RoBERTa, DistilBERT


def opt(config, w, tokens, put):
    n_tokens, heads = len(tokens), config["num_attention_heads"]
    d_head = config["hidden_size"] // heads
    before = config["do_layer_norm_before"]
    norm = lambda at, x, name: gpt2_layer_norm(put, at, x, w, name, 1e-5)
    at = "model.decoder."
    embedding = w[at + "embed_tokens.weight"]
    # OPTLearnedPositionalEmbedding: the first two rows are left out
    x = put("hook_embed", embedding[tokens]) + put("hook_pos_embed", w[at + "embed_positions.weight"][torch.arange(n_tokens) + 2])
    for layer in range(config["num_hidden_layers"]):
        at, name = f"blocks.{layer}.", f"model.decoder.layers.{layer}."
        put(at + "hook_resid_pre", x)
        y = norm(at + "ln1", x, name + "self_attn_layer_norm") if before else x
        q, k, v = (put(at + f"attn.hook_{letter}", linear(y, w, f"{name}self_attn.{letter}_proj").view(n_tokens, heads, d_head))
                   for letter in "qkv")  # fmt: skip
        z = attend(put, at, q, k, v, causal(n_tokens), d_head**-0.5)
        x = put(at + "hook_resid_mid", x + put(at + "hook_attn_out", linear(z, w, name + "self_attn.out_proj")))
        x = x if before else norm(at + "ln1", x, name + "self_attn_layer_norm")
        y = norm(at + "ln2", x, name + "final_layer_norm") if before else x
        x = put(at + "hook_resid_post", x + put(at + "hook_mlp_out", mlp(put, at, y, w, name + "fc1", name + "fc2", F.relu)))
        if not before:
            x = put(at + "hook_normalized_resid_post", norm(at + "ln2", x, name + "final_layer_norm"))
    put("logits", F.linear(norm("ln_final", x, "model.decoder.final_layer_norm") if before else x, embedding))


BERT_NAMES = {
    "roberta": ("roberta.", "encoder.layer.", ("attention.self.query", "attention.self.key", "attention.self.value"),
                "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm",
                "lm_head.dense", "lm_head.layer_norm", "lm_head.bias"),
    "distilbert": ("distilbert.", "transformer.layer.", ("attention.q_lin", "attention.k_lin", "attention.v_lin"),
                   "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm",
                   "vocab_transform", "vocab_layer_norm", "vocab_projector.bias"),
}  # fmt: skip


def bert_like(config, w, tokens, put):
    family, n_tokens = config["model_type"], len(tokens)
    stem, layers, qkv, out, norm1, lin1, lin2, norm2, dense, norm_head, bias = BERT_NAMES[family]
    roberta = family == "roberta"
    heads = config["num_attention_heads" if roberta else "n_heads"]
    eps = config["layer_norm_eps"] if roberta else 1e-12
    at = stem + "embeddings."
    words = w[at + "word_embeddings.weight"]
    positions = torch.arange(n_tokens) + (config["pad_token_id"] + 1 if roberta else 0)
    positions = w[at + "position_embeddings.weight"][positions]
    if roberta:
        positions = positions + w[at + "token_type_embeddings.weight"][0]
    x = gpt2_layer_norm(put, "embed.ln", put("hook_embed", words[tokens]) + put("hook_pos_embed", positions), w, at + "LayerNorm", eps)
    d_head = x.shape[-1] // heads
    for layer in range(config["num_hidden_layers" if roberta else "n_layers"]):
        at, name = f"blocks.{layer}.", f"{stem}{layers}{layer}."
        put(at + "hook_resid_pre", x)
        q, k, v = (put(at + f"attn.hook_{letter}", linear(x, w, name + word).view(n_tokens, heads, d_head))
                   for letter, word in zip("qkv", qkv))  # fmt: skip
        z = attend(put, at, q, k, v, torch.ones(n_tokens, n_tokens, dtype=torch.bool), d_head**-0.5)
        x = put(at + "hook_resid_mid", x + put(at + "hook_attn_out", linear(z, w, name + out)))
        x = gpt2_layer_norm(put, at + "ln1", x, w, name + norm1, eps)
        x = put(at + "hook_resid_post", x + put(at + "hook_mlp_out", mlp(put, at, x, w, name + lin1, name + lin2, F.gelu)))
        x = put(at + "hook_normalized_resid_post", gpt2_layer_norm(put, at + "ln2", x, w, name + norm2, eps))
    hidden = put("mlm_head.hook_post", F.gelu(put("mlm_head.hook_pre", linear(x, w, dense))))
    put("logits", F.linear(gpt2_layer_norm(put, "mlm_head.ln", hidden, w, norm_head, eps), words, w[bias]))


# T5


def t5_bucket(relative_position, bidirectional, num_buckets, max_distance):
    """T5Attention._relative_position_bucket; relative_position is the key's position less the query's"""
    buckets = torch.zeros_like(relative_position)
    if bidirectional:
        num_buckets //= 2
        buckets += (relative_position > 0).long() * num_buckets
        relative_position = relative_position.abs()
    else:
        relative_position = -torch.min(relative_position, torch.zeros_like(relative_position))
    max_exact = num_buckets // 2
    large = max_exact + (torch.log(relative_position.to(torch.float32) / max_exact) / math.log(max_distance / max_exact)
                         * (num_buckets - max_exact)).to(torch.long)  # fmt: skip
    large = torch.min(large, torch.full_like(large, num_buckets - 1))
    return buckets + torch.where(relative_position < max_exact, relative_position, large)


class T5Stack:
    def __init__(self, config, w, put, stem, source=None):
        self.c, self.w, self.put, self.stem, self.source = config, w, put, stem, source
        self.heads, self.d_head = config["num_heads"], config["d_kv"]

    def norm(self, at, x, name):
        variance = x.pow(2).mean(-1, keepdim=True) + self.c["layer_norm_epsilon"]
        self.put(at + ".hook_scale", variance.sqrt())
        return self.w[name + ".weight"] * self.put(at + ".hook_normalized", x * torch.rsqrt(variance))

    def attention(self, x, source, at, name, visible, bias, prefix):
        cut = lambda rows, letter: self.put(f"{at}{prefix}.hook_{letter}",
                                            linear(rows, self.w, name + letter).view(len(rows), self.heads, self.d_head))  # fmt: skip
        q, k, v = cut(x, "q"), cut(source, "k"), cut(source, "v")
        z = attend(self.put, at, q, k, v, visible, 1.0, bias, prefix=prefix)
        return self.put(at + ("hook_attn_out" if prefix == "attn" else "hook_cross_attn_out"), linear(z, self.w, name + "o"))

    def feed_forward(self, x, at, name):
        put, w = self.put, self.w
        if self.c["feed_forward_proj"] == "relu":
            return mlp(put, at, x, w, name + "wi", name + "wo", F.relu)
        assert self.c["feed_forward_proj"] == "gated-gelu"
        gate, up = put(at + "mlp.hook_pre", linear(x, w, name + "wi_0")), put(at + "mlp.hook_pre_linear", linear(x, w, name + "wi_1"))
        return linear(put(at + "mlp.hook_post", gelu_new(gate) * up), w, name + "wo")

    def run(self, tokens, n_layers):
        put, w, n, is_encoder = self.put, self.w, len(tokens), self.source is None
        x = put("hook_embed", w["shared.weight"][tokens])
        distance = torch.arange(n)[None, :] - torch.arange(n)[:, None]
        bucket = t5_bucket(distance, is_encoder, self.c["relative_attention_num_buckets"], self.c["relative_attention_max_distance"])
        bias = w[self.stem + "block.0.layer.0.SelfAttention.relative_attention_bias.weight"][bucket].permute(2, 0, 1)
        visible = torch.ones(n, n, dtype=torch.bool) if is_encoder else causal(n)
        for layer in range(n_layers):
            at, name = f"blocks.{layer}.", f"{self.stem}block.{layer}.layer."
            put(at + "hook_resid_pre", x)
            normed = self.norm(at + "ln1", x, name + "0.layer_norm")
            out = self.attention(normed, normed, at, name + "0.SelfAttention.", visible, bias, "attn")
            x = put(at + "hook_resid_mid", x + out)
            if not is_encoder:
                normed = self.norm(at + "ln_cross", x, name + "1.layer_norm")
                all_rows = torch.ones(n, len(self.source), dtype=torch.bool)
                out = self.attention(normed, self.source, at, name + "1.EncDecAttention.", all_rows, 0.0, "cross_attn")
                x = put(at + "hook_resid_mid_cross", x + out)
            last = f"{name}{1 if is_encoder else 2}."
            out = self.feed_forward(self.norm(at + "ln2", x, last + "layer_norm"), at, last + "DenseReluDense.")
            x = put(at + "hook_resid_post", x + put(at + "hook_mlp_out", out))
        return self.norm("ln_final", x, self.stem + "final_layer_norm")


def t5(config, w, tokens, put):
    put_encoder = lambda name, value: put("encoder." + name, value)
    source = T5Stack(config, w, put_encoder, "encoder.").run(source_of(tokens), config["num_layers"])
    source = put("hook_encoder_out", source)
    x = T5Stack(config, w, put, "decoder.", source).run(tokens, config["num_decoder_layers"])
    if config["tie_word_embeddings"]:
        put("logits", F.linear(x * config["d_model"] ** -0.5, w["shared.weight"]))
    else:
        put("logits", F.linear(x, w["lm_head.weight"]))


FORWARD = {
    "gpt_neox": gpt_neox, "phi": phi, "phi3": llama_like, "qwen3": llama_like, "gemma2": llama_like, "gemma3_text": llama_like,
    "smollm3": llama_like, "olmo2": llama_like, "opt": opt, "roberta": bert_like, "distilbert": bert_like, "t5": t5,
}  # fmt: skip
