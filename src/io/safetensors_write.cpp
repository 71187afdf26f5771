#include "io/json.h"
#include "io/safetensors.h"
#include "platform/write_file.h"

#include <cassert>

namespace gf {
namespace {

std::uint64_t byte_size(const TensorSource& tensor) {
    std::uint64_t size = size_of(tensor.dtype);
    for (const std::int64_t n : tensor.shape) size *= static_cast<std::uint64_t>(n);
    return size;
}

/// The JSON header, padded with spaces so that the data begin at a multiple of 8 bytes.
std::string header_text(std::span<const TensorSource> tensors,
                        const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header;
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t begin = 0;
    for (const TensorSource& t : tensors) {
        const std::uint64_t end = begin + byte_size(t);
        header[t.name] = {{"dtype", name(t.dtype)}, {"shape", t.shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string text = header.is_null() ? "{}" : header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
}

} // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorSource> tensors,
                       const std::map<std::string, std::string>& metadata) {
    const std::string header = header_text(tensors, metadata);
    const std::uint64_t length = header.size();
    FileWriter file(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(std::as_bytes(std::span(header)));
    for (const TensorSource& t : tensors) {
        [[maybe_unused]] std::uint64_t written = 0;
        t.produce([&](std::span<const std::byte> bytes) {
            file.write(bytes);
            written += bytes.size();
        });
        assert(written == byte_size(t));
    }
    file.commit();
}

} // namespace gf
