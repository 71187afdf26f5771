#include "io/loading.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>

namespace gf {

void read_parameter(Weights& weights, const ParamRow& row, DType type, const std::byte* from) {
    if (row.file_transposed)
        read_transposed(type, from, static_cast<std::size_t>(row.shape[1]),
                        static_cast<std::size_t>(row.shape[0]), weights.values(row));
    else
        read_reals(type, from, row.size(), weights.values(row));
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

} // namespace gf
