#pragma once
// The safetensors format: 8 bytes of header length, a JSON header {name: {dtype, shape, data_offsets}}, then
// the data. https://huggingface.co/docs/safetensors

#include "io/dtype.h"

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gf {

/// A tensor inside the bytes of a file.
struct TensorEntry {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes; ///< as long as dtype and shape say
};

std::string shape_text(std::span<const std::int64_t> shape); ///< "[50257, 768]"

struct Safetensors {
    std::string where;                ///< the file, for messages
    std::vector<TensorEntry> tensors; ///< by name
    std::map<std::string, std::string> metadata;

    const TensorEntry* find(std::string_view name) const; ///< nullptr if there is none
};

/// Reads the header of a file that lies in memory and stays there. Throws Error unless the tensors fill the
/// data exactly: no holes, no overlaps, nothing outside, sizes as the shapes say.
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

/// Writes a file atomically, the data in the order given; the same arguments give the same bytes. Nothing is
/// gathered in memory. Throws Error if the disk does not take it.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorSource> tensors,
                       const std::map<std::string, std::string>& metadata = {});

} // namespace gf
