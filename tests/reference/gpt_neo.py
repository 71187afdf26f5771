#!/usr/bin/env python3
"""Writes a tiny random GPT-Neo and its logits: tests/io/model_cases/gpt_neo.safetensors and gpt_neo.json.

The forward pass is plain Python in double precision, from the public definition (Black et al. 2021, as in Hugging Face's
modeling_gpt_neo.py): scores are not scaled, "local" layers see the last window_size tokens, projections of q, k and v
have no bias. tests/io/model_cases_test.cpp compares the engine with it.
"""
import json
import math
import pathlib
import random
import struct

CONFIG = {
    "activation_function": "gelu_new", "architectures": ["GPTNeoForCausalLM"], "attention_dropout": 0,
    "attention_layers": ["global", "local", "global"], "attention_types": [[["global", "local"], 1], [["global"], 1]],
    "bos_token_id": 50256, "embed_dropout": 0, "eos_token_id": 50256, "gradient_checkpointing": False,
    "hidden_size": 12, "initializer_range": 0.02, "intermediate_size": None, "layer_norm_epsilon": 1e-05,
    "max_position_embeddings": 24, "model_type": "gpt_neo", "num_heads": 3, "num_layers": 3, "resid_dropout": 0,
    "summary_activation": None, "summary_first_dropout": 0.1, "summary_proj_to_labels": True,
    "summary_type": "cls_index", "summary_use_proj": True, "torch_dtype": "float32", "use_cache": True,
    "vocab_size": 11, "window_size": 4,
}  # fmt: skip
TOKENS = [1, 5, 3, 8, 2, 7, 4, 9, 6, 0, 5, 5]
D, HEADS, MLP = CONFIG["hidden_size"], CONFIG["num_heads"], 4 * CONFIG["hidden_size"]
generator = random.Random(20)
tensors = {}


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def tensor(name, shape, deviation, mean=0.0):
    n = math.prod(shape)
    tensors[name] = (shape, [single(mean + deviation * generator.gauss(0, 1)) for _ in range(n)])


def make_tensors():
    tensor("transformer.wte.weight", [CONFIG["vocab_size"], D], 0.7)
    tensor("transformer.wpe.weight", [CONFIG["max_position_embeddings"], D], 0.4)
    for l in range(CONFIG["num_layers"]):
        at = f"transformer.h.{l}."
        for norm in ("ln_1", "ln_2"):
            tensor(at + norm + ".weight", [D], 0.2, 1.0)
            tensor(at + norm + ".bias", [D], 0.2)
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            tensor(f"{at}attn.attention.{name}.weight", [D, D], 0.35)
        tensor(at + "attn.attention.out_proj.bias", [D], 0.2)
        tensor(at + "mlp.c_fc.weight", [MLP, D], 0.3)
        tensor(at + "mlp.c_fc.bias", [MLP], 0.2)
        tensor(at + "mlp.c_proj.weight", [D, MLP], 0.15)
        tensor(at + "mlp.c_proj.bias", [D], 0.2)
    tensor("transformer.ln_f.weight", [D], 0.2, 1.0)
    tensor("transformer.ln_f.bias", [D], 0.2)


def values(name):
    return tensors[name][1]


def linear(x, name, bias=True):
    """x W^T + b, as torch.nn.Linear."""
    (n_out, n_in), w = tensors[name + ".weight"]
    b = values(name + ".bias") if bias else [0.0] * n_out
    return [[sum(w[o * n_in + i] * row[i] for i in range(n_in)) + b[o] for o in range(n_out)] for row in x]


def layer_norm(x, name):
    gain, bias, result = values(name + ".weight"), values(name + ".bias"), []
    for row in x:
        mean = sum(row) / D
        scale = math.sqrt(sum((v - mean) ** 2 for v in row) / D + CONFIG["layer_norm_epsilon"])
        result.append([(v - mean) / scale * g + b for v, g, b in zip(row, gain, bias)])
    return result


def attention(x, layer):
    at = f"transformer.h.{layer}.attn.attention."
    q, k, v = (linear(x, at + name, bias=False) for name in ("q_proj", "k_proj", "v_proj"))
    local = CONFIG["attention_layers"][layer] == "local"
    size, merged = D // HEADS, [[0.0] * D for _ in x]
    for head in range(HEADS):
        dims = range(head * size, (head + 1) * size)
        for i in range(len(x)):
            first = max(0, i + 1 - CONFIG["window_size"]) if local else 0
            scores = [sum(q[i][d] * k[j][d] for d in dims) for j in range(first, i + 1)]
            weights = [math.exp(s - max(scores)) for s in scores]
            for d in dims:
                merged[i][d] = sum(w * v[first + n][d] for n, w in enumerate(weights)) / sum(weights)
    return linear(merged, at + "out_proj")


def gelu_new(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def add(x, y):
    return [[a + b for a, b in zip(p, q)] for p, q in zip(x, y)]


def logits():
    embed, position = values("transformer.wte.weight"), values("transformer.wpe.weight")
    x = [[embed[t * D + i] + position[p * D + i] for i in range(D)] for p, t in enumerate(TOKENS)]
    for l in range(CONFIG["num_layers"]):
        at = f"transformer.h.{l}."
        x = add(x, attention(layer_norm(x, at + "ln_1"), l))
        hidden = linear(layer_norm(x, at + "ln_2"), at + "mlp.c_fc")
        x = add(x, linear([[gelu_new(v) for v in row] for row in hidden], at + "mlp.c_proj"))
    x = layer_norm(x, "transformer.ln_f")
    return [[sum(embed[t * D + i] * row[i] for i in range(D)) for t in range(CONFIG["vocab_size"])] for row in x]


def main():
    make_tensors()
    folder = pathlib.Path(__file__).parent.parent / "io/model_cases"
    header, data = {}, b""
    for name, (shape, numbers) in tensors.items():
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (folder / "gpt_neo.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    result = logits()
    case = {"name": "gpt-neo", "weights": "gpt_neo", "notices": ["'bos_token_id' is 50256", "'eos_token_id' is 50256"],
            "config": CONFIG, "tokens": TOKENS, "logits_last_row": [round(x, 7) for x in result[-1]],
            "argmax_per_row": [max(range(len(row)), key=row.__getitem__) for row in result]}  # fmt: skip
    (folder / "gpt_neo.json").write_text("[\n" + json.dumps(case, separators=(",", ":")) + "\n]\n")


main()
