#pragma once
// Statistics of a matrix of any size (least, greatest, mean, norm, histogram) for the Inspector. They are
// added up row by row, a bounded number of values in each frame, and kept while the matrix only grows or
// shrinks at its end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace gf::ui {

/// All but the three last counts are about the finite values.
struct ValueStatistics {
    std::size_t n = 0; ///< number of finite values
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();
    double sum = 0, sum_of_squares = 0;
    std::size_t n_nan = 0, n_infinite = 0;
    std::size_t n_masked = 0; ///< values of -inf where that means "not part of the matrix"

    double mean() const;
    double norm() const; ///< Euclidean norm of the values in a row (the Frobenius norm of a matrix)
    void add(const ValueStatistics& other);
    bool operator==(const ValueStatistics&) const = default;
};
/// `has_mask`: -inf counts as masked instead of infinite.
ValueStatistics statistics_of(std::span<const float> values, bool has_mask);

inline constexpr int k_max_bins = 40;

class MatrixStatistics {
  public:
    /// Forgets everything: other values will come.
    void clear();
    /// Goes on with rows [0, n_rows) as `row` gives them, until about `budget` values were read. True when
    /// all of them are counted. RowSource is callable as std::span<const float>(int row). Each row is read
    /// twice, once for the sums and once for the histogram, whose limits need all rows.
    template <class RowSource>
    bool update(int n_rows, bool has_mask, std::size_t budget, const RowSource& row);

    bool complete() const { return complete_; }
    float progress() const; ///< 0 to 1
    const ValueStatistics& all() const { return all_; }
    /// Limits of the histogram: round numbers around the least and the greatest value, with equally wide bins
    /// between them.
    double histogram_from() const { return from_; }
    double histogram_to() const { return to_; }
    /// The number of values in each bin, from the lowest values to the highest.
    std::span<const std::int64_t> bins() const { return {bins_.data(), static_cast<std::size_t>(n_bins_)}; }

  private:
    void truncate(int n_rows);
    void choose_histogram_limits();
    void count(std::span<const float> values, int sign);

    std::vector<ValueStatistics> rows_; ///< one for each row read so far
    ValueStatistics all_;
    int n_rows_wanted_ = 0;
    double from_ = 0, to_ = 0;
    int n_rows_binned_ = 0;
    int n_bins_ = 1;
    std::array<std::int64_t, k_max_bins> bins_{};
    bool complete_ = false;
};

template <class RowSource>
bool MatrixStatistics::update(int n_rows, bool has_mask, std::size_t budget, const RowSource& row) {
    n_rows_wanted_ = n_rows;
    std::size_t n_read = 0;
    if (static_cast<int>(rows_.size()) > n_rows) truncate(n_rows);
    while (static_cast<int>(rows_.size()) < n_rows && n_read < budget) {
        const std::span<const float> values = row(static_cast<int>(rows_.size()));
        rows_.push_back(statistics_of(values, has_mask));
        all_.add(rows_.back());
        n_read += values.size() + 1;
    }
    if (static_cast<int>(rows_.size()) < n_rows) return complete_ = false;
    choose_histogram_limits();
    while (n_rows_binned_ != n_rows && n_read < budget) {
        // After a step back the rows that are gone are subtracted from the bins.
        const bool adds = n_rows_binned_ < n_rows;
        const std::span<const float> values = row(adds ? n_rows_binned_ : n_rows_binned_ - 1);
        count(values, adds ? 1 : -1);
        n_rows_binned_ += adds ? 1 : -1;
        n_read += values.size() + 1;
    }
    return complete_ = n_rows_binned_ == n_rows;
}

} // namespace gf::ui
