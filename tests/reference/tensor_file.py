"""Reads and writes safetensors files (https://huggingface.co/docs/safetensors): the length of a JSON header as 64 bits, little
endian; the header, which maps each name to its type, shape and bytes; the bytes."""

import json
import struct

import numpy
import torch

TYPES = {"F32": "<f4", "I32": "<i4"}


def write(path, tensors):
    """Writes numbers as F32 and indices as I32, in the order of the names."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        dtype = "F32" if tensors[name].is_floating_point() else "I32"
        blob = tensors[name].contiguous().numpy().astype(TYPES[dtype]).tobytes()
        header[name] = {"dtype": dtype, "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data begins at a multiple of 8
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """Name -> tensor, of a file that holds F32 and I32 only."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(body[begin:end], dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors
