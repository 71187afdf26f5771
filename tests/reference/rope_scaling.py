#!/usr/bin/env python3
"""Writes tests/io/rope_scaling_cases.json: cosines and sines of RoPE under each scaling, times the attention factor.

Plain Python in double precision, in the steps of the scalings' authors: position interpolation (arXiv:2306.15595),
dynamic NTK (bloc97 2023), Llama 3 (arXiv:2407.21783), YaRN (arXiv:2309.00071), LongRoPE (arXiv:2402.13753), with the
keys and defaults of Hugging Face's library. tests/io/rope_scaling_test.cpp compares the engine's tables with them.
"""
import json
import math
import pathlib

POSITIONS = [0, 1, 2, 5, 17, 63, 100, 255]
LONG8 = [1.5, 2.0, 4.0, 8.0, 12.5, 20.0, 31.0, 40.0]
SHORT8 = [1.0, 1.0, 1.05, 1.1, 1.25, 1.5, 1.75, 2.0]


def llama(head_dim, n_ctx, theta, **more):
    return {"model_type": "llama", "hidden_size": 2 * head_dim, "num_hidden_layers": 1, "intermediate_size": 8,
            "num_attention_heads": 2, "max_position_embeddings": n_ctx, "vocab_size": 5, "rope_theta": theta,
            **more}  # fmt: skip


def newer(head_dim, n_ctx, theta, parameters):
    config = llama(head_dim, n_ctx, theta)
    del config["rope_theta"]
    return {**config, "rope_parameters": {"rope_theta": theta, **parameters}}


LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}  # fmt: skip
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
LONGROPE = {"rope_type": "longrope", "short_factor": SHORT8, "long_factor": LONG8}

# name, config, length of the text
CASES = [
    ("none", llama(16, 256, 10000.0), 256),
    ("default", newer(16, 256, 10000.0, {"rope_type": "default"}), 256),
    ("linear", llama(16, 256, 10000.0, rope_scaling={"type": "linear", "factor": 2.5}), 256),
    ("linear_newer", newer(12, 256, 5000.0, {"rope_type": "linear", "factor": 4}), 256),
    ("dynamic_fits", llama(16, 128, 10000.0, rope_scaling={"type": "dynamic", "factor": 2.0}), 128),
    ("dynamic_beyond", llama(16, 128, 10000.0, rope_scaling={"type": "dynamic", "factor": 2.0}), 200),
    ("llama3", llama(16, 512, 500000.0, rope_scaling=LLAMA3), 256),
    ("llama3_wide", llama(64, 512, 10000.0, rope_scaling={**LLAMA3, "low_freq_factor": 0.5, "high_freq_factor": 16.0}), 256),
    ("yarn", llama(16, 256, 10000.0, rope_scaling=YARN), 256),
    ("yarn_wide", llama(64, 256, 10000.0, rope_scaling=YARN), 256),
    ("yarn_ramp", llama(64, 1024, 1000.0, rope_scaling={**YARN, "original_max_position_embeddings": 512, "beta_fast": 16, "beta_slow": 0.5}), 256),
    ("yarn_not_truncated", llama(64, 1024, 1000.0, rope_scaling={**YARN, "original_max_position_embeddings": 512, "truncate": False}), 256),
    ("yarn_one_step", llama(16, 64, 10000.0, rope_scaling={"type": "yarn", "factor": 2, "beta_fast": 1, "beta_slow": 1, "truncate": False}), 64),
    ("yarn_attention_factor", llama(16, 256, 10000.0, rope_scaling={**YARN, "attention_factor": 0.75}), 256),
    ("yarn_mscales", llama(16, 256, 10000.0, rope_scaling={**YARN, "mscale": 0.707, "mscale_all_dim": 1.5}), 256),
    ("yarn_one_mscale", llama(16, 256, 10000.0, rope_scaling={**YARN, "mscale": 0.707}), 256),
    ("yarn_without_original", llama(32, 256, 10000.0, rope_scaling={"type": "yarn", "factor": 4.0, "finetuned": True}), 256),
    ("yarn_factor_of_context", llama(32, 256, 10000.0, rope_scaling={"rope_type": "yarn", "original_max_position_embeddings": 32}), 256),
    ("yarn_newer", newer(32, 256, 150000.0, {**YARN, "beta_fast": 32.0, "beta_slow": 1.0, "truncate": False}), 256),
    ("longrope_short", llama(16, 256, 10000.0, rope_scaling=LONGROPE, original_max_position_embeddings=64), 64),
    ("longrope_long", llama(16, 256, 10000.0, rope_scaling=LONGROPE, original_max_position_embeddings=64), 65),
    ("longrope_newer", newer(16, 256, 10000.0, {**LONGROPE, "original_max_position_embeddings": 64}), 101),
    ("longrope_factor", llama(16, 256, 10000.0, rope_scaling={**LONGROPE, "factor": 3.0}), 256),
    ("longrope_attention_factor", llama(16, 256, 10000.0, rope_scaling={**LONGROPE, "type": "longrope", "attention_factor": 1.25}), 300),
    ("longrope_older", llama(16, 256, 10000.0, rope_scaling={"type": "su", "short_factor": SHORT8, "long_factor": LONG8}, original_max_position_embeddings=128), 200),
]  # fmt: skip


def inverse_frequencies(dim, base):
    return [1.0 / base ** (2 * i / dim) for i in range(dim // 2)]


def yarn(s, dim, base, n_ctx):
    original = s.get("original_max_position_embeddings", n_ctx)
    factor = s.get("factor") or n_ctx / original

    def get_mscale(scale, mscale=1.0):
        return 1.0 if scale <= 1 else 0.1 * mscale * math.log(scale) + 1.0

    attention_factor = s.get("attention_factor")
    if attention_factor is None:
        if s.get("mscale") and s.get("mscale_all_dim"):
            attention_factor = get_mscale(factor, s["mscale"]) / get_mscale(factor, s["mscale_all_dim"])
        else:
            attention_factor = get_mscale(factor)

    def find_correction_dim(rotations):
        return dim * math.log(original / (rotations * 2 * math.pi)) / (2 * math.log(base))

    low, high = find_correction_dim(s.get("beta_fast", 32)), find_correction_dim(s.get("beta_slow", 1))
    if s.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    if low == high:
        high += 0.001
    scaled = []
    for i, extrapolation in enumerate(inverse_frequencies(dim, base)):
        keep = 1 - min(max((i - low) / (high - low), 0), 1)
        scaled.append(extrapolation / factor * (1 - keep) + extrapolation * keep)
    return scaled, attention_factor


def llama3(s, dim, base):
    scaled = []
    for f in inverse_frequencies(dim, base):
        wavelength = 2 * math.pi / f
        low, high = s["low_freq_factor"], s["high_freq_factor"]
        if wavelength < s["original_max_position_embeddings"] / high:
            scaled.append(f)
        elif wavelength > s["original_max_position_embeddings"] / low:
            scaled.append(f / s["factor"])
        else:
            smooth = (s["original_max_position_embeddings"] / wavelength - low) / (high - low)
            scaled.append((1 - smooth) * f / s["factor"] + smooth * f)
    return scaled


def longrope(s, dim, base, n_ctx, original, length):
    factor = s.get("factor") or n_ctx / original
    attention_factor = s.get("attention_factor")
    if attention_factor is None:
        attention_factor = 1.0 if factor <= 1 else math.sqrt(1 + math.log(factor) / math.log(original))
    factors = s["long_factor"] if length > original else s["short_factor"]
    return [f / x for f, x in zip(inverse_frequencies(dim, base), factors)], attention_factor


def frequencies(config, length):
    """The angle of each pair from one position to the next, and the attention factor."""
    dim = config["hidden_size"] // config["num_attention_heads"]
    n_ctx = config["max_position_embeddings"]
    s = config.get("rope_scaling") or config.get("rope_parameters") or {}
    base = config.get("rope_theta") or s["rope_theta"]
    kind = s.get("rope_type") or s.get("type") or "default"
    if kind == "yarn":
        return yarn(s, dim, base, n_ctx)
    if kind == "llama3":
        return llama3(s, dim, base), 1.0
    if kind in ("longrope", "su"):
        original = s.get("original_max_position_embeddings", config.get("original_max_position_embeddings", n_ctx))
        return longrope(s, dim, base, n_ctx, original, length)
    if kind == "dynamic":
        grown = max(length, n_ctx)
        base = base * (s["factor"] * grown / n_ctx - (s["factor"] - 1)) ** (dim / (dim - 2))
    plain = inverse_frequencies(dim, base)
    return ([f / s["factor"] for f in plain] if kind == "linear" else plain), 1.0


def main():
    lines = []
    for name, config, length in CASES:
        scaled, attention_factor = frequencies(config, length)
        rows = []
        for position in (p for p in POSITIONS if p < length):
            row = [round(attention_factor * math.cos(position * f), 8) for f in scaled]
            row += [round(attention_factor * math.sin(position * f), 8) for f in scaled]
            rows.append({"position": position, "cos_sin": row})
        case = {"name": name, "config": config, "length": length, "rows": rows}
        lines.append(json.dumps(case, separators=(",", ":")))
    path = pathlib.Path(__file__).parent.parent / "io" / "rope_scaling_cases.json"
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
