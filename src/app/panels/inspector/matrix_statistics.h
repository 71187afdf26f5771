#pragma once
// Figures of a matrix of any size: least, greatest, mean, norm, histogram; added up row by row, a bounded
// number of values a frame, and kept while the matrix only grows or shrinks at its end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace gf::ui {

struct Figures {
    std::size_t n = 0; ///< finite values; all figures are theirs
    double least = std::numeric_limits<double>::infinity(),
           greatest = -std::numeric_limits<double>::infinity();
    double sum = 0, squares = 0;
    std::size_t n_nan = 0, n_infinite = 0,
                n_masked = 0; ///< masked: -inf where that means "not part of the matrix"

    double mean() const;
    double norm() const; ///< Euclidean (of a matrix: Frobenius)
    void add(const Figures& other);
    bool operator==(const Figures&) const = default;
};
/// `masks`: -inf counts as masked instead of infinite.
Figures figures_of(std::span<const float> values, bool masks);

inline constexpr int k_most_bins = 40;

class MatrixFigures {
  public:
    /// Forgets everything: other values come.
    void clear();
    /// Goes on with rows [0, rows) of what `row` gives, until about `budget` values were looked at. True when
    /// all is known. RowSource: std::span<const float>(int row); rows that were read once are not read again
    /// except for the histogram.
    template <class RowSource>
    bool update(int rows, bool masks, std::size_t budget, const RowSource& row);

    bool complete() const { return complete_; }
    float progress() const; ///< 0 to 1
    const Figures& all() const { return all_; }
    /// Between these equally wide bins; the limits are round numbers around least and greatest.
    double histogram_from() const { return from_; }
    double histogram_to() const { return to_; }
    std::span<const std::int64_t> bins() const { return {bins_.data(), static_cast<std::size_t>(n_bins_)}; }

  private:
    void truncate(int rows);
    void choose_range();
    void count(std::span<const float> values, int sign);

    std::vector<Figures> rows_; ///< of each row read so far
    Figures all_;
    int wanted_ = 0;
    double from_ = 0, to_ = 0;
    int counted_ = 0; ///< rows in bins_
    int n_bins_ = 1;
    std::array<std::int64_t, k_most_bins> bins_{};
    bool complete_ = false;
};

template <class RowSource>
bool MatrixFigures::update(int rows, bool masks, std::size_t budget, const RowSource& row) {
    wanted_ = rows;
    std::size_t done = 0;
    if (static_cast<int>(rows_.size()) > rows) truncate(rows);
    while (static_cast<int>(rows_.size()) < rows && done < budget) {
        const std::span<const float> values = row(static_cast<int>(rows_.size()));
        rows_.push_back(figures_of(values, masks));
        all_.add(rows_.back());
        done += values.size() + 1;
    }
    if (static_cast<int>(rows_.size()) < rows) return complete_ = false;
    choose_range();
    while (counted_ != rows && done < budget) { // forwards, or back after a step back
        const bool on = counted_ < rows;
        const std::span<const float> values = row(on ? counted_ : counted_ - 1);
        count(values, on ? 1 : -1);
        counted_ += on ? 1 : -1;
        done += values.size() + 1;
    }
    return complete_ = counted_ == rows;
}

} // namespace gf::ui
