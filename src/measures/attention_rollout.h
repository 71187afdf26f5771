#pragma once
// Attention rollout: of which tokens of the text a row is made in the end, if every layer did nothing but mix
// the streams by its weights (Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers"). It knows
// nothing of values, norms and MLPs. Used by Head, and as a measure.

#include "measures/measure.h"

#include <span>
#include <vector>

namespace gf {

/// The shares of one row: its unit vector times A_L ... A_1, where A_l = (mean of the heads' patterns + I) /
/// 2 with rows that sum to 1. One vector goes down through the layers, so that nothing of size rows x rows is
/// made.
class AttentionRollout : public Measure {
  public:
    static constexpr int k_last_row = -1;

    /// The row that advance() is about. Another one starts anew.
    void look_at(int row);
    /// As Measure::advance(); a step is one row of one layer's patterns. With k_last_row more rows start
    /// anew.
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    /// {row, shares, missing}.
    nlohmann::ordered_json result() const override;

    /// Why there is none, in words; empty if there is one.
    std::string_view missing() const { return missing_; }
    int row() const { return row_; }
    bool is_complete() const { return row_ >= 0 && layer_ < 0 && missing_.empty(); }
    /// By row of the run; they sum to 1 once advance() has returned true.
    std::span<const double> shares() const { return shares_; }

  private:
    void start(const RunView& view, int row);
    void spread(const RunView& view, int from);

    ValueSource source_;
    int wanted_ = k_last_row; ///< what look_at() said
    int row_ = -1;
    std::string_view missing_;
    int layer_ = -1;                     ///< the one that shares_ is taken through next; -1: all are done
    int next_ = 0;                       ///< the next of its rows
    std::vector<double> shares_, below_; ///< above the layer, and what has come below it so far
    std::vector<double> mixed_;          ///< working memory: the mean of a row's patterns
    std::vector<real> scratch_;
};

} // namespace gf
