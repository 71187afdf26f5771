#include "io/param_io.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>

namespace gf {
namespace {

constexpr std::size_t k_piece = 1 << 14; ///< values that are converted at a time

/// Sorts the outputs of q, k and v, (q or k or v, head, d_head) in memory, as the file has them, (head, q or
/// k or v, d_head), or back.
void sort_by_heads(const ParamRow& row, real* values, bool to_file) {
    const auto heads = static_cast<std::size_t>(row.file_heads),
               width = static_cast<std::size_t>(row.shape.back()), d = width / (3 * heads);
    std::vector<real> sorted(width);
    for (std::size_t first = 0; first < row.size(); first += width) {
        for (std::size_t part = 0; part < 3; ++part)
            for (std::size_t h = 0; h < heads; ++h) {
                const std::size_t memory = (part * heads + h) * d, file = (h * 3 + part) * d;
                std::copy_n(values + first + (to_file ? memory : file), d,
                            sorted.data() + (to_file ? file : memory));
            }
        std::copy(sorted.begin(), sorted.end(), values + first);
    }
}

/// Hands the values to the sink as elements of `dtype`, a matrix in the order of the file.
void write_elements(const real* values, const ParamRow& row, DType dtype, const ByteSink& sink) {
    std::vector<real> sorted;
    if (row.file_heads > 0) {
        sorted.assign(values, values + row.size());
        sort_by_heads(row, sorted.data(), true);
        values = sorted.data();
    }
    std::vector<std::byte> bytes;
    const auto hand_over = [&](const real* from, std::size_t n) {
        bytes.clear();
        append_reals(dtype, from, n, bytes);
        sink(bytes);
    };
    if (!row.file_transposed) {
        for (std::size_t i = 0; i < row.size(); i += k_piece)
            hand_over(values + i, std::min(k_piece, row.size() - i));
        return;
    }
    // Some rows of the file at a time: [in, out] becomes [out, in].
    constexpr std::size_t k_file_rows = 32;
    const auto in = static_cast<std::size_t>(row.shape[0]), out = static_cast<std::size_t>(row.shape[1]);
    std::vector<real> transposed(k_file_rows * in);
    for (std::size_t o0 = 0; o0 < out; o0 += k_file_rows) {
        const std::size_t n = std::min(k_file_rows, out - o0);
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t o = 0; o < n; ++o) transposed[o * in + i] = values[i * out + o0 + o];
        hand_over(transposed.data(), n * in);
    }
}

} // namespace

void read_parameter(Weights& weights, const ParamRow& row, DType type, const std::byte* from) {
    if (row.file_transposed)
        read_transposed(type, from, static_cast<std::size_t>(row.shape[1]),
                        static_cast<std::size_t>(row.shape[0]), weights.values(row));
    else
        read_reals(type, from, row.size(), weights.values(row));
    if (row.file_heads > 0) sort_by_heads(row, weights.values(row), false);
}

void warn_not_finite(const Weights& weights, const std::string& where, std::vector<std::string>& warnings) {
    for (const ParamRow& row : weights.table) {
        const std::span values(weights.values(row), row.size());
        const auto n_nan = std::count_if(values.begin(), values.end(), [](real x) { return std::isnan(x); });
        const auto n_inf = std::count_if(values.begin(), values.end(), [](real x) { return std::isinf(x); });
        if (n_nan + n_inf > 0)
            warnings.push_back(fmt::format("{}: tensor '{}': {} of {} values are NaN and {} infinite; what "
                                           "is computed from them will be too",
                                           where, row.name, n_nan, values.size(), n_inf));
    }
}

TensorSource param_tensor(std::string name, const ParamRow& row, const real* values, DType dtype) {
    const auto shape = row.file_shape();
    return {std::move(name),
            dtype,
            {shape.begin(), shape.end()},
            [&row, values, dtype](const ByteSink& sink) { write_elements(values, row, dtype, sink); }};
}

} // namespace gf
