#pragma once
// Element types of tensors in files, and their conversion to `real`.

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

std::string_view name(DType type); ///< as in files: "BF16"
std::size_t size_of(DType type);   ///< bytes of an element
std::optional<DType> dtype_from_name(std::string_view word);
std::string dtype_names(); ///< all of them, for messages

/// Whether read_reals() takes it: F32, F16 and BF16.
bool is_weight_type(DType type);

float f16_to_float(std::uint16_t bits);
float bf16_to_float(std::uint16_t bits);
/// The nearest value of the type, of two equally near the one with an even last bit; beyond the largest,
/// infinity. NaN stays NaN.
std::uint16_t float_to_f16(float value);
std::uint16_t float_to_bf16(float value);

/// Converts n elements of a weight type. `from` needs no alignment; NaN and infinity pass through.
void read_reals(DType type, const std::byte* from, std::size_t n, real* to);

/// The inverse: appends n elements of a weight type to `to`, rounded as above.
void append_reals(DType type, const real* from, std::size_t n, std::vector<std::byte>& to);

/// Converts and transposes: `from` is [rows, columns], `to` becomes [columns, rows].
void read_transposed(DType type, const std::byte* from, std::size_t rows, std::size_t columns, real* to);

} // namespace gf
