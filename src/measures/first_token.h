#pragma once
// First-token attention: how much of their weight the heads rest on the first token of a text, and how little
// they take from there (Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks"; Gu et
// al. 2024 find the small values). Used by Head, and as a measure of all heads.

#include "measures/measure.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace gf {

/// What one head does with the first token, as means over the queries that may read it and another one.
struct FirstTokenShare {
    int queries = 0;
    double weight = 0;  ///< that the queries give to it
    double written = 0; ///< |weight * v_first W_O|: what its value adds to the residual stream
    double of = 0;      ///< |z W_O|: what the whole head adds
};

/// All heads of one layer, for any number of the run's first rows. Each row is read once.
class FirstTokenOfLayer {
  public:
    /// `pattern` is Site::pattern or Site::cross_pattern, whose first token is that of the source. Another
    /// layer starts anew.
    void look_at(Site pattern, int layer);
    /// As Measure::advance().
    bool advance(const RunView& view, std::size_t budget = Measure::k_no_limit);
    int rows() const { return rows_; }   ///< read so far
    int first() const { return first_; } ///< the first token of the last row read; -1: none is
    /// Over rows [0, rows); empty if none of them has a choice.
    std::optional<FirstTokenShare> share(int head, int rows) const;

  private:
    void start(const RunView& view);
    void read_row(const RunView& view, int row);
    double written_by(int head, const real* vector) const;

    Site pattern_ = Site::pattern;
    int layer_ = -1;
    ValueSource source_;
    int rows_ = 0, n_heads_ = 0, d_head_ = 0;
    bool is_normed_ = false; ///< a norm stands between W_O and the stream
    std::vector<double>
        gram_; ///< [head, i, j]: W_O's rows of a head times each other, so that |x W_O|² = x G x
    std::vector<FirstTokenShare> sums_; ///< [n, head]: sums over the first n rows
    int first_ = -1;                    ///< the first token that first_written_ is of
    std::vector<double> first_written_; ///< [head]: |v_first W_O|
};

class FirstTokens : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    /// {queries, weight, written, of}, each [layer][head]; null where no query has a choice.
    nlohmann::ordered_json result() const override;

  private:
    int n_heads_ = 0;
    std::vector<FirstTokenOfLayer> layers_;
};

} // namespace gf
