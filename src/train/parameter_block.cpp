#include "train/parameter_block.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

/// Throws Error unless the glob matches a parameter.
void require_match(const Weights& weights, const std::string& glob) {
    std::vector<std::string> names;
    for (const ParamRow& row : weights.table) names.push_back(row.name);
    if (std::none_of(names.begin(), names.end(), [&](const std::string& n) { return glob_match(glob, n); }))
        throw Error({"frozen",
                     "names or patterns of this model's parameters; nearest: " + nearest_names(glob, names),
                     "'" + glob + "'", "`glassformer info` lists the parameters"});
}

/// The sum of value(i)^2 over i in [0, n). Keeps eight sums side by side, so that the loop vectorises while
/// the order of additions stays fixed.
template <class F>
double sum_of_squares(std::size_t n, F value) {
    constexpr std::size_t k_lanes = 8;
    std::array<double, k_lanes> sums{};
    const std::size_t whole = n / k_lanes * k_lanes;
    for (std::size_t i = 0; i < whole; i += k_lanes)
        for (std::size_t j = 0; j < k_lanes; ++j) sums[j] += value(i + j) * value(i + j);
    double sum = 0;
    for (const double s : sums) sum += s;
    for (std::size_t i = whole; i < n; ++i) sum += value(i) * value(i);
    return sum;
}

} // namespace

std::vector<ParameterBlock> parameter_blocks(Weights& weights, std::span<const real> gradient,
                                             std::span<const std::string> frozen) {
    for (const std::string& glob : frozen) require_match(weights, glob);
    std::vector<ParameterBlock> blocks;
    for (const ParamRow& row : weights.table) {
        const bool is_frozen = std::any_of(frozen.begin(), frozen.end(), [&](const std::string& glob) {
            return glob_match(glob, row.name);
        });
        const bool is_matrix = row.layer >= 0 && row.shape.size() == 2;
        blocks.push_back({.name = row.name,
                          .values = {weights.values(row), row.size()},
                          .gradient = gradient.subspan(row.offset, row.size()),
                          .decay = row.decay,
                          .frozen = is_frozen,
                          .rows = is_matrix ? row.shape[0] : 0,
                          .columns = is_matrix ? row.shape[1] : 0,
                          .stack = row.stack,
                          .layer = row.layer});
    }
    return blocks;
}

std::size_t count_trainable(std::span<const ParameterBlock> blocks) {
    std::size_t n = 0;
    for (const ParameterBlock& b : blocks) n += b.frozen ? 0 : b.values.size();
    return n;
}

double gradient_norm(std::span<const ParameterBlock> blocks, std::span<double> squares) {
    double sum = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::span<const real> g = blocks[i].gradient;
        const double square =
            blocks[i].frozen ? 0 : sum_of_squares(g.size(), [&](std::size_t j) { return double(g[j]); });
        if (!squares.empty()) squares[i] = square;
        sum += square;
    }
    return std::sqrt(sum);
}

double squared_distance(std::span<const real> a, std::span<const real> b) {
    return sum_of_squares(a.size(), [&](std::size_t i) { return double(b[i]) - double(a[i]); });
}

double clipping_scale(double norm, double max_norm) {
    return max_norm > 0 && norm > max_norm ? max_norm / norm : 1;
}

} // namespace gf
