"""Prints the weights that PyTorch's optimisers reach in tests/train/optimiser_test.cpp (double precision).

    /usr/bin/python3 tests/reference/optimisers.py
"""
import math

import torch

N_STEPS = 6
BLOCKS = [[0.5, -1.0, 2.0, 0.1], [1.0, -0.25]]  # weight decay pulls at the first only
RATES = [0.01, 0.02, 0.03, 0.02, 0.01, 0.005]


def gradient(block, step):
    return torch.tensor([math.sin(1 + 3 * step + i + 10 * block) * (i + 1) for i in range(len(BLOCKS[block]))], dtype=torch.float64)


def run(make, clip=None):
    weights = [torch.nn.Parameter(torch.tensor(b, dtype=torch.float64)) for b in BLOCKS]
    groups = [{"params": [weights[0]]}, {"params": [weights[1]], "weight_decay": 0.0}]
    optimiser = make(groups)
    for step in range(N_STEPS):
        for i, w in enumerate(weights):
            w.grad = gradient(i, step)
        if clip:
            torch.nn.utils.clip_grad_norm_(weights, clip)
        for group in optimiser.param_groups:
            group["lr"] = RATES[step]
        optimiser.step()
    return [x for w in weights for x in w.tolist()]


CASES = {
    "adamw": lambda g: torch.optim.AdamW(g, lr=1, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
    "adamw, large eps": lambda g: torch.optim.AdamW(g, lr=1, betas=(0.8, 0.999), eps=0.1, weight_decay=0.5),
    "sgd": lambda g: torch.optim.SGD(g, lr=1, weight_decay=0.1),
    "sgd, momentum": lambda g: torch.optim.SGD(g, lr=1, momentum=0.9, weight_decay=0.1),
}
for name, make in CASES.items():
    print(f"{name}: {', '.join(f'{x:.9g}' for x in run(make))}")
print(f"adamw, clipped at 1: {', '.join(f'{x:.9g}' for x in run(CASES['adamw'], clip=1.0))}")
print(f"sgd, clipped at 1: {', '.join(f'{x:.9g}' for x in run(CASES['sgd'], clip=1.0))}")
