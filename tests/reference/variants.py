"""Forward pass of the variants that no public architecture of hugging_face.py has, in the keys of Glassformer's own config.json
(the fields of ModelConfig) and Llama's tensor names plus biases. Written from the papers, one token at a time where that is the
plainer definition. Post-norm models follow TransformerLens's bert_block.py: hook_resid_mid and hook_resid_post are the sums
before the norms, hook_normalized_resid_post is what the next block reads."""

import math

import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
}


def alibi_slopes(n):
    """Press et al. 2022, arXiv:2108.12409, with the rule of its code for n that is no power of two"""
    if math.log2(n).is_integer():
        return [2.0 ** (-8.0 * (head + 1) / n) for head in range(n)]
    closest = 2 ** math.floor(math.log2(n))
    return alibi_slopes(closest) + alibi_slopes(2 * closest)[0::2][: n - closest]


def sinusoidal(n_tokens, d):
    """Vaswani et al. 2017, arXiv:1706.03762, section 3.5"""
    table = torch.empty(n_tokens, d)
    for position in range(n_tokens):
        for i in range(d):
            angle = position / 10000.0 ** (2 * (i // 2) / d)
            table[position, i] = math.cos(angle) if i % 2 else math.sin(angle)
    return table


def rotate(x, theta, pairs):
    """RoPE (Su et al. 2021, arXiv:2104.09864): pair i of each head turns by position * theta^(-2 i / d_head).
    x [T, heads, d_head]. The paper pairs (2 i, 2 i + 1); `half` pairs (i, i + d_head / 2)."""
    d_head, out = x.shape[-1], torch.empty_like(x)
    for position in range(len(x)):
        for i in range(d_head // 2):
            a, b = (2 * i, 2 * i + 1) if pairs == "interleaved" else (i, i + d_head // 2)
            angle = position * theta ** (-2.0 * i / d_head)
            cos, sin = math.cos(angle), math.sin(angle)
            out[position, :, a] = x[position, :, a] * cos - x[position, :, b] * sin
            out[position, :, b] = x[position, :, a] * sin + x[position, :, b] * cos
    return out


def visible(config, n_tokens, n_prefix):
    """[query, key]: may the query see the key?"""
    q, k = torch.arange(n_tokens)[:, None], torch.arange(n_tokens)[None, :]
    if config["mask"] == "bidirectional":
        return torch.ones(n_tokens, n_tokens, dtype=torch.bool)
    if config["mask"] == "prefix":
        return (k <= q) | (k < n_prefix)
    if config["mask"] == "sliding_window":
        return (k <= q) & (q - k < config["window"])
    return k <= q


class Variant:
    """One stack of blocks, whose parameters' names begin with `stem`; an encoder-decoder's decoder reads `source` [S, d_model]."""

    def __init__(self, config, weights, put, stem="model.", source=None):
        self.config, self.w, self.put, self.stem, self.source = config, weights, put, stem, source

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def norm(self, x, at, name):
        gain, bias = self.w[name + ".weight"], self.w.get(name + ".bias")
        mean = x.mean(-1, keepdim=True) if self.config["norm"] == "layer" else 0.0
        scale = self.put(at + ".hook_scale", ((x - mean).square().mean(-1, keepdim=True) + self.config["norm_eps"]).sqrt())
        normalized = self.put(at + ".hook_normalized", (x - mean) / scale)
        return normalized * gain if bias is None else normalized * gain + bias

    def attention(self, x, at, name, n_prefix):
        c, n_tokens = self.config, len(x)
        heads = lambda letter, count: self.put(
            at + f"attn.hook_{letter}", self.linear(x, name + letter + "_proj").view(n_tokens, count, c["d_head"]))
        q, k, v = heads("q", c["n_heads"]), heads("k", c["n_kv_heads"]), heads("v", c["n_kv_heads"])
        if c["positions"] == "rope":
            q = self.put(at + "attn.hook_rot_q", rotate(q, c["rope_theta"], c["rope_pairs"]))
            k = self.put(at + "attn.hook_rot_k", rotate(k, c["rope_theta"], c["rope_pairs"]))
        slopes = alibi_slopes(c["n_heads"]) if c["positions"] == "alibi" else [0.0] * c["n_heads"]
        distance = (torch.arange(n_tokens)[:, None] - torch.arange(n_tokens)[None, :]).abs()
        seen = visible(c, n_tokens, n_prefix)
        scores, pattern, z = [], [], []
        for head in range(c["n_heads"]):
            group = head // (c["n_heads"] // c["n_kv_heads"])
            s = q[:, head] @ k[:, group].T / math.sqrt(c["d_head"])  # (T, d_head) x (d_head, T) -> (T, T)
            s = s - slopes[head] * distance
            scores.append(s.masked_fill(~seen, -math.inf))
            pattern.append(F.softmax(scores[-1], dim=-1))
            z.append(pattern[-1] @ v[:, group])  # (T, T) x (T, d_head) -> (T, d_head)
        self.put(at + "attn.hook_attn_scores", torch.stack(scores))
        self.put(at + "attn.hook_pattern", torch.stack(pattern))
        z = self.put(at + "attn.hook_z", torch.stack(z, dim=1))
        return self.put(at + "hook_attn_out", self.linear(z.reshape(n_tokens, -1), name + "o_proj"))

    def cross_attention(self, x, at, name):
        """Vaswani et al. 2017, section 3.2.3: queries of the decoder, keys and values of what the encoder gives"""
        c = self.config
        heads = lambda rows, letter, count: self.put(
            at + f"cross_attn.hook_{letter}", self.linear(rows, name + letter + "_proj").view(len(rows), count, c["d_head"]))
        q, k, v = heads(x, "q", c["n_heads"]), heads(self.source, "k", c["n_kv_heads"]), heads(self.source, "v", c["n_kv_heads"])
        scores, pattern, z = [], [], []
        for head in range(c["n_heads"]):
            group = head // (c["n_heads"] // c["n_kv_heads"])
            scores.append(q[:, head] @ k[:, group].T / math.sqrt(c["d_head"]))  # (T, d_head) x (d_head, S) -> (T, S)
            pattern.append(F.softmax(scores[-1], dim=-1))
            z.append(pattern[-1] @ v[:, group])
        self.put(at + "cross_attn.hook_attn_scores", torch.stack(scores))
        self.put(at + "cross_attn.hook_pattern", torch.stack(pattern))
        z = self.put(at + "cross_attn.hook_z", torch.stack(z, dim=1))
        return self.put(at + "hook_cross_attn_out", self.linear(z.reshape(len(x), -1), name + "o_proj"))

    def mlp(self, x, gate_name, up_name, down_name):
        """-> the MLP's pre, pre_linear (None unless gated), post and output"""
        f = ACTIVATIONS[self.config["activation"]]
        if self.config["mlp"] == "plain":
            pre = self.linear(x, up_name)
            return pre, None, f(pre), self.linear(f(pre), down_name)
        pre, linear = self.linear(x, gate_name), self.linear(x, up_name)
        return pre, linear, f(pre) * linear, self.linear(f(pre) * linear, down_name)

    def experts(self, x, at, name):
        """Token by token: the softmax of the router's logits, its largest entries renormalised (Jiang et al. 2024), or left as
        they are (Fedus et al. 2022); sigmoids that a bias helps to choose, and experts that all tokens share (DeepSeek-V3)"""
        c = self.config
        logits = self.put(at + "mlp.hook_router_logits", self.linear(x, name + "gate"))
        weights = torch.sigmoid(logits) if c.get("router") == "sigmoid" else F.softmax(logits, dim=-1)
        self.put(at + "mlp.hook_expert_weights", weights)
        scores = weights.detach() + (self.w[name + "gate.e_score_correction_bias"] if c.get("router_bias") else 0)
        gaps = -scores.sort(descending=True).values.diff()[:, : c["experts_per_token"]]
        if gaps.min() < 2e-5:
            raise ValueError(f"{name}: two experts so near that rounding decides; take another seed")
        up = "w3" if self.config["mlp"] == "gated" else "w1"
        indices, gates, inner, out = [], [], [], []
        for token in range(len(x)):
            chosen = scores[token].argsort(descending=True)[: c["experts_per_token"]]
            share = weights[token, chosen] / (weights[token, chosen].sum() if c.get("renormalised_gates", True) else 1)
            shared = range(c.get("n_shared_experts", 0))
            names = [f"experts.{e}" for e in chosen.tolist()] + [f"shared_experts.{e}" for e in shared]
            chosen = torch.cat([chosen, torch.tensor([c["n_experts"] + e for e in shared], dtype=chosen.dtype)])
            share = torch.cat([share, torch.ones(len(shared), dtype=share.dtype)])
            parts = [self.mlp(x[token], *(f"{name}{e}.{m}" for m in ("w1", up, "w2"))) for e in names]
            indices.append(chosen), gates.append(share), inner.append(parts)
            out.append(sum(gate * part[3] for gate, part in zip(share, parts)))
        self.put(at + "mlp.hook_expert_indices", torch.stack(indices))
        self.put(at + "mlp.hook_expert_gates", torch.stack(gates))
        slots = lambda i: torch.stack([torch.stack([part[i] for part in parts]) for parts in inner])  # [pos, slot, d_mlp]
        return slots(0), slots(1) if self.config["mlp"] == "gated" else None, slots(2), torch.stack(out)

    def feed_forward(self, x, at, name):
        if self.config["n_experts"]:
            pre, linear, post, out = self.experts(x, at, name + "block_sparse_moe.")
        else:
            pre, linear, post, out = self.mlp(x, *(f"{name}mlp.{m}_proj" for m in ("gate", "up", "down")))
        self.put(at + "mlp.hook_pre", pre), self.put(at + "mlp.hook_post", post)
        if linear is not None:
            self.put(at + "mlp.hook_pre_linear", linear)
        return self.put(at + "hook_mlp_out", out)

    def block(self, x, layer, n_prefix):
        put, at = self.put, f"blocks.{layer}."
        groups = self.config.get("n_layer_groups") or self.config["n_layers"]  # ALBERT (Lan et al. 2020): layers share parameters
        name = f"{self.stem}layers.{layer * groups // self.config['n_layers']}."
        pre, mlp = self.config["norm_place"] == "pre", self.config["mlp"] != "none"
        norm1 = lambda x: self.norm(x, at + "ln1", name + "input_layernorm")
        norm2 = lambda x: self.norm(x, at + "ln2", name + "post_attention_layernorm")
        put(at + "hook_resid_pre", x)
        x = x + self.attention(norm1(x) if pre else x, at, name + "self_attn.", n_prefix)
        if not mlp:
            put(at + "hook_resid_post", x)
            return x if pre else put(at + "hook_normalized_resid_post", norm1(x))
        put(at + "hook_resid_mid", x)
        x = x if pre else norm1(x)
        if self.source is not None:
            norm_cross = lambda x: self.norm(x, at + "ln_cross", name + "encoder_attn_layer_norm")
            x = x + self.cross_attention(norm_cross(x) if pre else x, at, name + "encoder_attn.")
            put(at + "hook_resid_mid_cross", x)
            x = x if pre else norm_cross(x)
        if pre:
            return put(at + "hook_resid_post", x + self.feed_forward(norm2(x), at, name))
        x = put(at + "hook_resid_post", x + self.feed_forward(x, at, name))
        return put(at + "hook_normalized_resid_post", norm2(x))


    def run(self, tokens, embedding, n_prefix):
        """-> the stream after the last norm"""
        c, w, put = self.config, self.w, self.put
        x = put("hook_embed", embedding[tokens])
        if c["positions"] == "learned":
            x = x + put("hook_pos_embed", w[self.stem + "embed_positions.weight"][: len(tokens)])
        if c["positions"] == "sinusoidal":
            x = x + put("hook_pos_embed", sinusoidal(len(tokens), c["d_model"]).to(x.dtype))
        if c.get("embed_norm"):
            x = self.norm(x, "embed.ln", self.stem + "embed_layernorm")
        for layer in range(c["n_layers"]):
            x = self.block(x, layer, n_prefix)
        return self.norm(x, "ln_final", self.stem + "norm") if c["norm_place"] == "pre" else x


def source_of(tokens):
    """What the encoder of an encoder-decoder reads, for a golden run of its decoder"""
    return tokens.flip(0)[: len(tokens) // 2 + 1]


def glassformer(config, w, tokens, put, n_prefix=0):
    """The sites of an encoder are put with "encoder." before their names."""
    if config.get("n_encoder_layers"):
        encoder_config = {**config, "n_layers": config["n_encoder_layers"], "mask": "bidirectional"}
        put_encoder = lambda name, value: put("encoder." + name, value)
        embedding = w["model.shared.weight"]
        source = Variant(encoder_config, w, put_encoder, "model.encoder.").run(source_of(tokens), embedding, 0)
        model = Variant(config, w, put, "model.decoder.", put("hook_encoder_out", source))
    else:
        embedding, model = w["model.embed_tokens.weight"], Variant(config, w, put)
    x = model.run(tokens, embedding, n_prefix)
    head = config.get("head", "tokens")
    if head in ("classes", "embedding"):
        pooled = {"first": x[:1], "last": x[-1:], "mean": x.mean(0, keepdim=True)}[config.get("pooling", "first")]
        put("hook_pooled", pooled)
        return put("class_logits", model.linear(pooled, "classifier")) if head == "classes" else pooled
    if head == "masked_tokens":
        x = put("mlm_head.hook_post", ACTIVATIONS[config["activation"]](put("mlm_head.hook_pre", model.linear(x, "mlm_head.dense"))))
        x = model.norm(x, "mlm_head.ln", "mlm_head.layernorm")
    unembed = embedding if config["tied_embeddings"] else w["lm_head.weight"]
    put("logits", F.linear(x, unembed, w.get("lm_head.bias")))
