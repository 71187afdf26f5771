#pragma once
// The safetensors format: 8 bytes of header length, a JSON header {name: {dtype,
// shape, data_offsets}}, then the data. https://huggingface.co/docs/safetensors.
// Used for models, traces, adapters and checkpoints of training.

#include "io/dtype.h"

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gf {

/// A tensor that lies in the bytes of a file.
struct TensorEntry {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes; ///< as long as dtype and shape say
};

std::string shape_text(std::span<const std::int64_t> shape); ///< "[50257, 768]"

/// The contents of a file. The tensors point into the bytes that parse_safetensors() was given.
struct Safetensors {
    std::string where;                ///< the file's name in messages
    std::vector<TensorEntry> tensors; ///< sorted by name
    std::map<std::string, std::string> metadata;

    const TensorEntry* find(std::string_view name) const; ///< nullptr if there is none
};

/// Reads the header of a file that is in memory, which must stay there as long as the result is used. `where`
/// names the file in messages.
/// @throws Error unless the tensors fill the data exactly: no
/// holes, no overlaps, nothing outside, sizes as the shapes say
Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& where);

/// Takes the next bytes of a tensor.
using ByteSink = std::function<void(std::span<const std::byte>)>;

/// A tensor to write. `produce` hands its bytes to the sink in order, in pieces of any size.
struct TensorSource {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> shape;
    std::function<void(const ByteSink& sink)> produce;
};

/// Writes a file that appears as a whole or not at all. The data stand in the order of `tensors`; they are
/// written as they are produced, never gathered in memory. The same arguments give the same bytes.
/// @throws Error when the file cannot be written
void write_safetensors(const std::filesystem::path& path, std::span<const TensorSource> tensors,
                       const std::map<std::string, std::string>& metadata = {});

} // namespace gf
