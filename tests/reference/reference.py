#!/usr/bin/env python3
"""Golden activations of small random transformers, computed with PyTorch and independent of Glassformer's C++.

    reference.py --out DIR      writes DIR/NAME/{config.json, model.safetensors, tokens.json, activations.safetensors}
    reference.py --check DIR    computes everything afresh and compares it with what DIR holds

tests/golden holds the files of seed 0; tests/io/golden_test.cpp compares the C++ forward pass with them. Needs PyTorch >= 1.13.
"""

import argparse
import json
import pathlib
import sys

import torch

import tensor_file
from models import MODELS, activations, random_model
from variants import source_of

TOLERANCE = 2e-5  # times 1 + |value|: processors sum in different orders


def write(folder, name, seed, double):
    config, weights, tokens, n_prefix = random_model(name, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "tokens.json").write_text(tokens_text(config, tokens, n_prefix))
    tensor_file.write(folder / "model.safetensors", weights)
    tensor_file.write(folder / "activations.safetensors", activations(config, weights, tokens, n_prefix, double))


def tokens_text(config, tokens, n_prefix):
    source = {"source": source_of(tokens).tolist()} if config.get("n_encoder_layers") or config.get("is_encoder_decoder") else {}
    return json.dumps({"tokens": tokens.tolist(), "n_prefix": n_prefix, **source}) + "\n"


def difference(found, expected):
    """The largest |found - expected| / (1 + |expected|); infinite if shapes or the places of infinities differ."""
    if found.shape != expected.shape or not torch.equal(found.isinf(), expected.isinf()) or found.isnan().any():
        return float("inf")
    finite = ~expected.isinf()
    found, expected = found[finite].double(), expected[finite].double()
    return ((found - expected).abs() / (1 + expected.abs())).max().item()


def check(folder, name, seed, double):
    """-> what differs, as text; the largest difference of an activation"""
    config, weights, tokens, n_prefix = random_model(name, seed)
    problems, worst = [], 0.0
    if json.loads((folder / "config.json").read_text()) != config:
        problems.append("config.json differs")
    if (folder / "tokens.json").read_text() != tokens_text(config, tokens, n_prefix):
        problems.append("tokens.json differs")
    stored = tensor_file.read(folder / "model.safetensors")
    if stored.keys() != weights.keys() or any(not torch.equal(stored[n], weights[n]) for n in weights):
        problems.append("model.safetensors differs")
    stored, fresh = tensor_file.read(folder / "activations.safetensors"), activations(config, weights, tokens, n_prefix, double)
    for site in sorted(stored.keys() ^ fresh.keys()):
        problems.append(f"{site}: only {'stored' if site in stored else 'computed'}")
    for site in stored.keys() & fresh.keys():
        apart = difference(fresh[site], stored[site])
        worst = max(worst, apart)
        if apart > TOLERANCE:
            problems.append(f"{site}: differs by {apart:.3g} (1 + |value|)")
    return problems, worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", type=pathlib.Path, metavar="DIR", help="write the models and their activations")
    task.add_argument("--check", type=pathlib.Path, metavar="DIR", help="compare with the models and activations stored there")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and tokens (0: those of tests/golden)")
    parser.add_argument("--double", action="store_true", help="compute in double precision (activations are stored as float32)")
    options = parser.parse_args()

    torch.set_num_threads(1)
    failed = False
    if options.check:
        unknown = {path.name for path in options.check.iterdir()} ^ MODELS.keys()
        failed = bool(unknown)
        for name in sorted(unknown):
            print(f"{name}: a folder without a model of that name, or a model without its folder")
    for name in MODELS:
        if options.out:
            write(options.out / name, name, options.seed, options.double)
        elif (options.check / name).is_dir():
            problems, worst = check(options.check / name, name, options.seed, options.double)
            failed = failed or bool(problems)
            print(f"{name}: " + ("; ".join(problems) or f"equal within {worst:.2g} (1 + |value|)"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
