"""Finds where a breakpoint must stop, from the file that `glassformer trace` writes:
find_token.py TRACE FIRST (SURPRISAL | HEAD KEY WEIGHT)
prints the first position from FIRST on whose surprisal is above SURPRISAL (bits), or at which the head of layer 1
gives the key more than WEIGHT. Standard library only."""
import json
import math
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
header_size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + header_size])


def tensor(name):
    entry = header[name]
    begin, end = entry["data_offsets"]
    raw = data[8 + header_size + begin:8 + header_size + end]
    return entry["shape"], struct.unpack(f"<{len(raw) // 4}f", raw)


def surprisal(t):
    row = logits[(t - 1) * n_vocab:t * n_vocab]
    top = max(row)
    return (top + math.log(sum(math.exp(x - top) for x in row)) - row[tokens[t]]) / math.log(2)


tokens = json.loads(header["__metadata__"]["tokens"])
(_, n_vocab), logits = tensor("logits")
(_, n_queries, n_keys), pattern = tensor("blocks.1.attn.hook_pattern")
first, numbers = int(sys.argv[2]), [float(x) for x in sys.argv[3:]]
for t in range(first, len(tokens)):
    if len(numbers) == 1:
        found = surprisal(t) > numbers[0]
    else:
        head, key = int(numbers[0]), int(numbers[1])
        found = pattern[(head * n_queries + t) * n_keys + key] > numbers[2]
    if found:
        print(t)
        break
