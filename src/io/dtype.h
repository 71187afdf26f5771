#pragma once
// Element types of tensors in files, and their conversion to and from `real`. Used by the readers and writers
// of safetensors and llama2.c files, and by adapters (train/lora.cpp).

#include "core/real.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// The types of the safetensors format.
enum class DType { boolean, u8, i8, f8_e4m3, f8_e5m2, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

std::string_view name(DType type);                           ///< as files have it: "BF16"
std::size_t size_of(DType type);                             ///< bytes per element
std::optional<DType> dtype_from_name(std::string_view word); ///< nullopt if no type has that name
std::string dtype_names();                                   ///< all of them, for messages

/// Whether weights may have this type, which read_reals() then takes: F32, F16 and BF16.
bool is_weight_type(DType type);

float f16_to_float(std::uint16_t bits);
float bf16_to_float(std::uint16_t bits);
/// The nearest value of the type; of two that are equally near, the one with an even last bit. Values beyond
/// the largest become infinity. NaN stays NaN.
std::uint16_t float_to_f16(float value);
std::uint16_t float_to_bf16(float value);

/// Converts n elements of a weight type to `real`. `from` needs no alignment; NaN and infinity pass through.
void read_reals(DType type, const std::byte* from, std::size_t n, real* to);

/// The inverse of read_reals(): appends n elements of a weight type to `to`, rounded as float_to_f16() says.
void append_reals(DType type, const real* from, std::size_t n, std::vector<std::byte>& to);

/// As read_reals(), with a transposition: `from` is [rows, columns], `to` becomes [columns, rows].
void read_transposed(DType type, const std::byte* from, std::size_t rows, std::size_t columns, real* to);

} // namespace gf
