#include "io/safetensors.h"

#include "io/json.h"
#include "platform/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::uint64_t k_longest_header = 100'000'000; // the limit of the format's reference implementation
constexpr const char* k_damaged = "the file is damaged; download or write it again";

/// Returns the header's text and cuts `bytes` down to the data behind it.
std::string_view split_header(std::span<const std::byte>& bytes, const std::string& where) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length)
        throw Error({where, "a safetensors file of at least 8 bytes", fmt::format("{} bytes", bytes.size()),
                     k_damaged});
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes = bytes.subspan(sizeof length);
    if (length > bytes.size() || length > k_longest_header)
        throw Error({where + ": header length",
                     fmt::format("at most {}", std::min<std::uint64_t>(bytes.size(), k_longest_header)),
                     std::to_string(length), "the file is truncated, damaged or not safetensors"});
    const std::string_view header{reinterpret_cast<const char*>(bytes.data()), length};
    bytes = bytes.subspan(length);
    return header;
}

/// Appends the dimensions to `shape` and returns the tensor's
/// size in bytes: their product times the element's size.
/// @throws Error when a dimension is no whole number of 0 or more, or the product exceeds 64 bits
std::uint64_t read_shape(const json& dimensions, DType dtype, const std::string& where,
                         std::vector<std::int64_t>& shape) {
    std::uint64_t size = size_of(dtype);
    for (const json& dimension : dimensions) {
        if (!dimension.is_number_unsigned())
            throw Error({where + ": shape", "sizes of 0 or more", json_summary(dimension), k_damaged});
        const auto n = dimension.get<std::uint64_t>();
        if (n > std::numeric_limits<std::int64_t>::max() || __builtin_mul_overflow(size, n, &size))
            throw Error(
                {where + ": shape", "less than 2^64 bytes", dimensions.dump().substr(0, 60), k_damaged});
        shape.push_back(static_cast<std::int64_t>(n));
    }
    return size;
}

/// Reads one entry of the header. `data` is what stands
/// behind the header, `file` the file's name in messages.
TensorEntry parse_entry(const std::string& name, const json& entry, std::span<const std::byte> data,
                        const std::string& file) {
    const std::string where = fmt::format("{}: tensor '{}'", file, name);
    json_check_keys(entry, {"dtype", "shape", "data_offsets"}, where);
    TensorEntry tensor{name, {}, {}, {}};

    const std::string& type = json_string(entry, "dtype", where);
    const auto dtype = dtype_from_name(type);
    if (!dtype)
        throw Error(
            {where + ": dtype", "one of " + dtype_names(), "'" + type + "'", "convert the tensor to F32"});
    tensor.dtype = *dtype;
    const std::uint64_t size = read_shape(json_array(entry, "shape", where), *dtype, where, tensor.shape);

    const json& offsets = json_array(entry, "data_offsets", where);
    const bool is_pair =
        offsets.size() == 2 && offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned();
    if (!is_pair)
        throw Error({where + ": data_offsets", "[begin, end]", offsets.dump().substr(0, 60), k_damaged});
    const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
    if (begin > end || end > data.size())
        throw Error({where + ": data_offsets",
                     fmt::format("a range inside the file's {} bytes of data", data.size()),
                     fmt::format("[{}, {}]", begin, end), "the file is truncated or damaged"});
    if (end - begin != size)
        throw Error({where + ": data_offsets",
                     fmt::format("{} bytes for {} {}", size, type, shape_text(tensor.shape)),
                     fmt::format("{} bytes", end - begin), k_damaged});
    tensor.bytes = data.subspan(begin, size);
    return tensor;
}

/// @throws Error unless the tensors lie side by side and fill the data
void check_layout(const std::vector<TensorEntry>& tensors, std::span<const std::byte> data,
                  const std::string& where) {
    std::vector<const TensorEntry*> by_offset(tensors.size());
    std::transform(tensors.begin(), tensors.end(), by_offset.begin(),
                   [](const TensorEntry& t) { return &t; });
    std::sort(by_offset.begin(), by_offset.end(), [](const TensorEntry* a, const TensorEntry* b) {
        return std::pair(a->bytes.data(), a->bytes.size()) < std::pair(b->bytes.data(), b->bytes.size());
    });
    const std::byte* expected = data.data();
    auto require = [&](const std::byte* found, const std::string& place) {
        if (found != expected)
            throw Error({place, fmt::format("data that goes on at offset {}", expected - data.data()),
                         fmt::format("{} at {}", found < expected ? "an overlap" : "a hole up to the data",
                                     found - data.data()),
                         k_damaged});
    };
    for (const TensorEntry* t : by_offset) {
        require(t->bytes.data(), fmt::format("{}: tensor '{}'", where, t->name));
        expected += t->bytes.size();
    }
    require(data.data() + data.size(), where + ": end of file");
}

} // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

const TensorEntry* Safetensors::find(std::string_view name) const {
    const auto it = std::lower_bound(tensors.begin(), tensors.end(), name,
                                     [](const TensorEntry& t, std::string_view n) { return t.name < n; });
    return it != tensors.end() && it->name == name ? &*it : nullptr;
}

Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& where) {
    Safetensors file{where, {}, {}};
    std::span<const std::byte> data = bytes;
    const json header = parse_json(split_header(data, where), where + ": header");
    if (!header.is_object())
        throw Error({where + ": header", "a JSON object", json_summary(header), k_damaged});
    for (const auto& [name, entry] :
         header.items()) { // nlohmann::json keeps keys sorted, as Safetensors::tensors must be
        if (name != "__metadata__") {
            file.tensors.push_back(parse_entry(name, entry, data, where));
            continue;
        }
        if (!entry.is_object())
            throw Error({where + ": __metadata__", "an object", json_summary(entry), k_damaged});
        for (const auto& [key, value] : entry.items())
            file.metadata[key] = json_string(entry, key, where + ": __metadata__");
    }
    check_layout(file.tensors, data, where);
    return file;
}

} // namespace gf
