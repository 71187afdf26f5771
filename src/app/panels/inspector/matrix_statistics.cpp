#include "app/panels/inspector/matrix_figures.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// The next of 1, 2, 2.5, 5 times a power of ten that is not less.
double round_up(double x) {
    const double power = std::pow(10.0, std::floor(std::log10(x)));
    for (const double digit : {1.0, 2.0, 2.5, 5.0})
        if (x <= digit * power * (1 + 1e-12)) return digit * power;
    return 10 * power;
}

} // namespace

double Figures::mean() const { return n > 0 ? sum / static_cast<double>(n) : 0; }
double Figures::norm() const { return std::sqrt(squares); }

void Figures::add(const Figures& o) {
    n += o.n;
    least = std::min(least, o.least);
    greatest = std::max(greatest, o.greatest);
    sum += o.sum;
    squares += o.squares;
    n_nan += o.n_nan;
    n_infinite += o.n_infinite;
    n_masked += o.n_masked;
}

Figures figures_of(std::span<const float> values, bool masks) {
    // Most rows hold finite values only: then this first loop, which the compiler turns into vector code, is
    // all.
    constexpr std::size_t k_lanes = 8;
    std::array<float, k_lanes> least, greatest;
    std::array<double, k_lanes> sum{}, squares{};
    least.fill(std::numeric_limits<float>::infinity());
    greatest.fill(-std::numeric_limits<float>::infinity());
    Figures f;
    const std::size_t whole = values.size() / k_lanes * k_lanes;
    for (std::size_t i = 0; i < whole; i += k_lanes)
        for (std::size_t l = 0; l < k_lanes; ++l) {
            const float x = values[i + l];
            least[l] = x < least[l] ? x : least[l];
            greatest[l] = x > greatest[l] ? x : greatest[l];
            sum[l] += static_cast<double>(x);
            squares[l] += static_cast<double>(x) * static_cast<double>(x);
        }
    double total = 0;
    for (const double s : squares) total += s;
    const auto one = [&](float x) {
        if (std::isfinite(x)) {
            ++f.n;
            f.least = std::min(f.least, static_cast<double>(x));
            f.greatest = std::max(f.greatest, static_cast<double>(x));
            f.sum += static_cast<double>(x);
            f.squares += static_cast<double>(x) * static_cast<double>(x);
        } else if (std::isnan(x)) {
            ++f.n_nan;
        } else if (masks && x < 0) {
            ++f.n_masked;
        } else {
            ++f.n_infinite;
        }
    };
    if (!std::isfinite(total)) {
        for (const float x : values) one(x);
        return f;
    }
    f.n = whole;
    for (std::size_t l = 0; whole > 0 && l < k_lanes; ++l) {
        f.least = std::min(f.least, static_cast<double>(least[l]));
        f.greatest = std::max(f.greatest, static_cast<double>(greatest[l]));
        f.sum += sum[l];
        f.squares += squares[l];
    }
    for (std::size_t i = whole; i < values.size(); ++i) one(values[i]);
    return f;
}

void MatrixFigures::clear() { *this = {}; }

float MatrixFigures::progress() const {
    return wanted_ > 0 ? static_cast<float>(static_cast<int>(rows_.size()) + counted_) /
                             (2 * static_cast<float>(wanted_))
                       : 1;
}

/// Sums are taken anew: subtracting would leave rounding behind.
void MatrixFigures::truncate(int rows) {
    const auto keep = static_cast<std::size_t>(rows);
    rows_.resize(keep);
    all_ = {};
    for (const Figures& row : rows_) all_.add(row);
}

/// Limits that rarely change while rows come and go, so that bins need not be counted again. A range that
/// includes 0 has it at the border of a bin.
void MatrixFigures::choose_range() {
    double from = all_.n > 0 ? all_.least : 0, to = all_.n > 0 ? all_.greatest : 1;
    if (to - from <= 0) { // one value only
        const double half = from != 0 ? std::abs(from) / 2 : 0.5;
        from -= half;
        to += half;
    }
    if (from > 0 && from < 0.3 * to) from = 0;
    const double step = round_up((to - from) / (k_most_bins - 2));
    const double first = std::floor(from / step) * step;
    const int n = std::clamp(static_cast<int>(std::ceil((to - first) / step)), 1, k_most_bins);
    const double last = first + n * step;
    if (first == from_ && last == to_) return;
    n_bins_ = n;
    from_ = first;
    to_ = last;
    bins_.fill(0);
    counted_ = 0;
}

void MatrixFigures::count(std::span<const float> values, int sign) {
    const double per_value = n_bins_ / (to_ - from_);
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        const double at = (static_cast<double>(x) - from_) * per_value;
        bins_[static_cast<std::size_t>(std::clamp(at, 0.0, n_bins_ - 1.0))] += sign;
    }
}

} // namespace gf::ui
