"""Counts anew, from files that `glassformer trace` writes, what its measures say of the routers:
routing.py load FACTOR FIRST TRACE       each layer's load as JSON; FACTOR: the capacity factor, 0 for none; FIRST: 1 if first
                                         choices come before second ones
routing.py split N_KINDS TRACE ...       [[domain, kind, token], ...]: for each layer the bits that the expert tells, where text i
                                         is of domain i and token t of kind t % N_KINDS
Standard library only."""

import collections
import json
import math
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if "mlp.hook_router" in name or "mlp.hook_expert" in name:
            begin, end = entry["data_offsets"]
            raw = data[8 + size + begin : 8 + size + end]
            values = struct.unpack(f"<{len(raw) // 4}{'i' if entry['dtype'] == 'I32' else 'f'}", raw)
            width = entry["shape"][-1]
            tensors[name] = [values[i : i + width] for i in range(0, len(values), width)]
    return json.loads(header["__metadata__"]["tokens"]), tensors


def layers(tensors):
    return range(sum(name.endswith("hook_expert_weights") for name in tensors))


def site(tensors, layer, name):
    return tensors[f"blocks.{layer}.mlp.hook_{name}"]


def choices(tensors, layer):
    """[row][slot] -> expert, without the slots of shared experts"""
    n_experts = len(site(tensors, layer, "expert_weights")[0])
    return [[e for e in row if e < n_experts] for row in site(tensors, layer, "expert_indices")]


def load(tensors, layer, factor, first_choices_first):
    chosen, logits = choices(tensors, layer), site(tensors, layer, "router_logits")
    weights = [[w / sum(row) for w in row] for row in site(tensors, layer, "expert_weights")]
    n, n_experts, k = len(chosen), len(weights[0]), len(chosen[0])
    visits = [sum(row.count(e) for row in chosen) for e in range(n_experts)]
    dropped, taken = [0] * n_experts, [0] * n_experts
    order = [(r, s) for r in range(n) for s in range(k)]
    if first_choices_first:
        order.sort(key=lambda visit: visit[1])
    for row, slot in order:
        expert = chosen[row][slot]
        taken[expert] += 1
        if factor and taken[expert] > math.ceil(factor * n * k / n_experts):
            dropped[expert] += 1
    mean = n * k / n_experts
    share = [v / (n * k) for v in visits]
    return {
        "visits": visits,
        "dropped": dropped,
        "variation": math.sqrt(sum((v - mean) ** 2 for v in visits) / n_experts) / mean,
        "entropy": sum(-w * math.log2(w) for row in weights for w in row if w > 0) / n,
        "switch_loss": n_experts * sum(share[e] * sum(row[e] for row in weights) / n for e in range(n_experts)),
        "z_loss": sum(math.log(sum(map(math.exp, row))) ** 2 for row in logits) / n,
    }


def bits(pairs):
    """Mutual information of the two sides of the pairs"""
    both, left, right = collections.Counter(pairs), collections.Counter(a for a, _ in pairs), collections.Counter(b for _, b in pairs)
    n = len(pairs)
    return sum(c / n * math.log2(c * n / (left[a] * right[b])) for (a, b), c in both.items())


if sys.argv[1] == "load":
    _, tensors = read(sys.argv[4])
    print(json.dumps([load(tensors, l, float(sys.argv[2]), sys.argv[3] == "1") for l in layers(tensors)]))
else:
    n_kinds, texts = int(sys.argv[2]), [read(path) for path in sys.argv[3:]]
    found = []
    for l in layers(texts[0][1]):
        visits = [(e, i, tokens[r]) for i, (tokens, tensors) in enumerate(texts)
                  for r, row in enumerate(choices(tensors, l)) for e in row]  # fmt: skip
        found.append([bits([(e, i) for e, i, _ in visits]), bits([(e, t % n_kinds) for e, _, t in visits]),
                      bits([(e, t) for e, _, t in visits])])  # fmt: skip
    print(json.dumps(found))
