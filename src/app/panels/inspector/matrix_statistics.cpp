#include "app/panels/inspector/matrix_statistics.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// The least number of the form {1, 2, 2.5, 5} x 10^k that is not less than x.
double round_up(double x) {
    const double power = std::pow(10.0, std::floor(std::log10(x)));
    for (const double digit : {1.0, 2.0, 2.5, 5.0})
        if (x <= digit * power * (1 + 1e-12)) return digit * power; // the same number up to rounding
    return 10 * power;
}

} // namespace

double ValueStatistics::mean() const { return n > 0 ? sum / static_cast<double>(n) : 0; }
double ValueStatistics::norm() const { return std::sqrt(sum_of_squares); }

void ValueStatistics::add(const ValueStatistics& o) {
    n += o.n;
    least = std::min(least, o.least);
    greatest = std::max(greatest, o.greatest);
    sum += o.sum;
    sum_of_squares += o.sum_of_squares;
    n_nan += o.n_nan;
    n_infinite += o.n_infinite;
    n_masked += o.n_masked;
}

ValueStatistics statistics_of(std::span<const float> values, bool has_mask) {
    // Most rows hold finite values only. For them this loop, which the compiler turns into vector code, does
    // nearly all of the work: eight independent sums, one for each lane.
    constexpr std::size_t k_lanes = 8;
    std::array<float, k_lanes> least, greatest;
    std::array<double, k_lanes> sum{}, squares{};
    least.fill(std::numeric_limits<float>::infinity());
    greatest.fill(-std::numeric_limits<float>::infinity());
    ValueStatistics result;
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
    for (const double lane : squares) total += lane;
    const auto add_one = [&](float x) {
        if (std::isfinite(x)) {
            ++result.n;
            result.least = std::min(result.least, static_cast<double>(x));
            result.greatest = std::max(result.greatest, static_cast<double>(x));
            result.sum += static_cast<double>(x);
            result.sum_of_squares += static_cast<double>(x) * static_cast<double>(x);
        } else if (std::isnan(x)) {
            ++result.n_nan;
        } else if (has_mask && x < 0) {
            ++result.n_masked;
        } else {
            ++result.n_infinite;
        }
    };
    if (!std::isfinite(total)) { // a value that is not finite: the sums of the lanes are worth nothing
        for (const float x : values) add_one(x);
        return result;
    }
    result.n = whole;
    for (std::size_t l = 0; whole > 0 && l < k_lanes; ++l) {
        result.least = std::min(result.least, static_cast<double>(least[l]));
        result.greatest = std::max(result.greatest, static_cast<double>(greatest[l]));
        result.sum += sum[l];
        result.sum_of_squares += squares[l];
    }
    for (std::size_t i = whole; i < values.size(); ++i) add_one(values[i]);
    return result;
}

void MatrixStatistics::clear() { *this = {}; }

float MatrixStatistics::progress() const {
    if (n_rows_wanted_ == 0) return 1;
    const int n_reads = static_cast<int>(rows_.size()) + n_rows_binned_; // each row is read twice
    return static_cast<float>(n_reads) / (2 * static_cast<float>(n_rows_wanted_));
}

/// The sums are taken anew, because subtracting would leave rounding errors behind.
void MatrixStatistics::truncate(int n_rows) {
    rows_.resize(static_cast<std::size_t>(n_rows));
    all_ = {};
    for (const ValueStatistics& row : rows_) all_.add(row);
}

/// The limits are round, so that they rarely change while rows come and go: every change means to count all
/// bins again. Where the range includes 0 it is the border of two bins.
void MatrixStatistics::choose_histogram_limits() {
    double from = all_.n > 0 ? all_.least : 0, to = all_.n > 0 ? all_.greatest : 1;
    if (to - from <= 0) { // one value only
        const double half = from != 0 ? std::abs(from) / 2 : 0.5;
        from -= half;
        to += half;
    }
    if (from > 0 && from < 0.3 * to) from = 0;
    const double step = round_up((to - from) / (k_max_bins - 2));
    const double first = std::floor(from / step) * step;
    const int n = std::clamp(static_cast<int>(std::ceil((to - first) / step)), 1, k_max_bins);
    const double last = first + n * step;
    if (first == from_ && last == to_) return;
    n_bins_ = n;
    from_ = first;
    to_ = last;
    bins_.fill(0);
    n_rows_binned_ = 0;
}

void MatrixStatistics::count(std::span<const float> values, int sign) {
    const double per_value = n_bins_ / (to_ - from_);
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        const double at = (static_cast<double>(x) - from_) * per_value;
        bins_[static_cast<std::size_t>(std::clamp(at, 0.0, n_bins_ - 1.0))] += sign;
    }
}

} // namespace gf::ui
