#include "io/dtype.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace gf {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian and are read in place");

struct TypeRow {
    std::string_view name;
    std::size_t size; ///< bytes per element
};
// In the order of the enumerators.
constexpr std::array<TypeRow, 15> k_types{{{"BOOL", 1},
                                           {"U8", 1},
                                           {"I8", 1},
                                           {"F8_E4M3", 1},
                                           {"F8_E5M2", 1},
                                           {"U16", 2},
                                           {"I16", 2},
                                           {"F16", 2},
                                           {"BF16", 2},
                                           {"U32", 4},
                                           {"I32", 4},
                                           {"F32", 4},
                                           {"U64", 8},
                                           {"I64", 8},
                                           {"F64", 8}}};

template <class T>
T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// Calls `f(element)`, where `element(i)` reads element i of the array at `from`. The switch over the type is
/// thus outside of the caller's loop.
template <class F>
void with_reader(DType type, const std::byte* from, F f) {
    switch (type) {
    case DType::f32: return f([from](std::size_t i) { return real(load<float>(from + 4 * i)); });
    case DType::f16:
        return f([from](std::size_t i) { return real(f16_to_float(load<std::uint16_t>(from + 2 * i))); });
    case DType::bf16:
        return f([from](std::size_t i) { return real(bf16_to_float(load<std::uint16_t>(from + 2 * i))); });
    default: assert(!"not a weight type");
    }
}

} // namespace

std::string_view name(DType type) { return k_types[static_cast<std::size_t>(type)].name; }
std::size_t size_of(DType type) { return k_types[static_cast<std::size_t>(type)].size; }

std::optional<DType> dtype_from_name(std::string_view word) {
    const auto row =
        std::find_if(k_types.begin(), k_types.end(), [&](const TypeRow& r) { return r.name == word; });
    if (row == k_types.end()) return std::nullopt;
    return static_cast<DType>(row - k_types.begin());
}

std::string dtype_names() {
    std::string names;
    for (const TypeRow& r : k_types) names += (names.empty() ? "" : ", ") + std::string(r.name);
    return names;
}

bool is_weight_type(DType type) { return type == DType::f32 || type == DType::f16 || type == DType::bf16; }

float f16_to_float(std::uint16_t bits) {
    // IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. Selections instead of
    // branches let loops over it vectorise.
    const std::uint32_t sign = (bits & 0x8000u) << 16, magnitude = bits & 0x7fffu;
    const std::uint32_t normal = (magnitude << 13) + ((127u - 15u) << 23);
    const std::uint32_t special = 0x7f800000u | (magnitude << 13); // infinity, or NaN with its payload
    const auto subnormal =
        std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<int>(magnitude)) * 0x1p-24f);
    const std::uint32_t positive = magnitude >= 0x7c00u ? special : magnitude >= 0x0400u ? normal : subnormal;
    return std::bit_cast<float>(sign | positive);
}

float bf16_to_float(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t float_to_f16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    std::uint32_t half;
    if (magnitude > 0x7f800000u) {
        // NaN keeps the upper bits of its payload and becomes quiet.
        half = 0x7e00u | (magnitude >> 13 & 0x3ffu);
    } else if (magnitude >= 0x477ff000u) {
        // From 65520 on, which lies half way between the largest
        // value and the power of two above it: infinity.
        half = 0x7c00u;
    } else if (magnitude >= 0x38800000u) {
        // Normal values, from 2^-14 on: add half a step (one bit
        // less where the last kept bit is even), then cut.
        half = (magnitude + 0xfffu + (magnitude >> 13 & 1u) - ((127u - 15u) << 23)) >> 13;
    } else {
        // Subnormal values lie 2^-24 apart. Floats beside 0.5 do, too, so adding 0.5 rounds to them.
        half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
               std::bit_cast<std::uint32_t>(0.5f);
    }
    return static_cast<std::uint16_t>(sign | half);
}

std::uint16_t float_to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    if (is_nan) return static_cast<std::uint16_t>(bits >> 16 | 0x40u); // made quiet
    return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

void append_reals(DType type, const real* from, std::size_t n, std::vector<std::byte>& to) {
    const auto append = [&](auto narrow) {
        for (std::size_t i = 0; i < n; ++i) {
            const auto value = narrow(static_cast<float>(from[i]));
            const auto bytes = std::bit_cast<std::array<std::byte, sizeof value>>(value);
            to.insert(to.end(), bytes.begin(), bytes.end());
        }
    };
    switch (type) {
    case DType::f32: return append([](float x) { return x; });
    case DType::f16: return append(float_to_f16);
    case DType::bf16: return append(float_to_bf16);
    default: assert(!"not a weight type");
    }
}

void read_reals(DType type, const std::byte* from, std::size_t n, real* to) {
    with_reader(type, from, [&](auto element) {
        for (std::size_t i = 0; i < n; ++i) to[i] = element(i);
    });
}

void read_transposed(DType type, const std::byte* from, std::size_t rows, std::size_t columns, real* to) {
    constexpr std::size_t k_tile = 32; // so small that a tile's source and target both stay in the cache
    with_reader(type, from, [&](auto element) {
        for (std::size_t r0 = 0; r0 < rows; r0 += k_tile)
            for (std::size_t c0 = 0; c0 < columns; c0 += k_tile)
                for (std::size_t r = r0; r < std::min(r0 + k_tile, rows); ++r)
                    for (std::size_t c = c0; c < std::min(c0 + k_tile, columns); ++c)
                        to[c * rows + r] = element(r * columns + c);
    });
}

} // namespace gf
