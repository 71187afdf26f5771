#!/usr/bin/env python3
"""Golden gradients of the small models of models.py: of the mean next-token cross-entropy, by PyTorch's automatic differentiation
in double precision, at every site that the loss reads through and at every parameter.

    gradients.py --out DIR [--seed N] [NAME ...]   writes DIR/NAME/{config.json, model.safetensors, tokens.json, gradients.safetensors}
    gradients.py --check DIR                       computes those that DIR holds afresh and compares

tests/golden holds those of seed 0 of some public styles; tests/train/golden_gradients_test.cpp compares the C++ backward pass.
"""

import argparse
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

import tensor_file
from models import MODELS, random_model, run_model
from reference import TOLERANCE, difference, tokens_text


def gradients(config, weights, tokens, n_prefix):
    """Name -> gradient as float32, with the prefix grad/."""
    torch.set_default_dtype(torch.float64)
    weights = {name: value.double().requires_grad_() for name, value in weights.items()}
    sites = {}

    def put(name, value):
        if value.requires_grad:
            value.retain_grad()
        sites[name] = value
        return value

    run_model(config, weights, tokens, n_prefix, put)
    F.cross_entropy(sites["logits"][:-1], tokens[1:]).backward()
    found = {name: value.grad for name, value in sites.items() if value.requires_grad and value.grad is not None}
    for name, value in weights.items():
        # An idle expert has a gradient of 0, and so has a bias that only helps to choose.
        if value.grad is not None or ".experts." in name or name.endswith("e_score_correction_bias"):
            found[name] = torch.zeros_like(value) if value.grad is None else value.grad
    return {"grad/" + name: value.float() for name, value in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", type=pathlib.Path, metavar="DIR")
    task.add_argument("--check", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", help="of models; default: all that predict tokens")
    options = parser.parse_args()
    torch.set_num_threads(1)

    failed = False
    for name in options.names or MODELS:
        config, weights, tokens, n_prefix = random_model(name, options.seed)
        if config.get("head", "tokens") not in ("tokens", "masked_tokens"):
            continue
        if options.out:
            folder = options.out / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
            (folder / "tokens.json").write_text(tokens_text(config, tokens, n_prefix))
            tensor_file.write(folder / "model.safetensors", weights)
            tensor_file.write(folder / "gradients.safetensors", gradients(config, weights, tokens, n_prefix))
        elif (options.check / name / "gradients.safetensors").exists():
            stored = tensor_file.read(options.check / name / "gradients.safetensors")
            fresh = gradients(config, weights, tokens, n_prefix)
            same = stored.keys() == fresh.keys() and all(difference(fresh[n], stored[n]) <= TOLERANCE for n in stored)
            failed = failed or not same
            print(f"{name}: {'equal' if same else 'differs'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
