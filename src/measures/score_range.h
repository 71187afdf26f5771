#pragma once
// The largest magnitude among the scores of attention heads. Used by Head, whose colours of scores reach up
// to it on both sides of 0, and as a measure of all heads.

#include "measures/per_head.h"

#include <optional>
#include <vector>

namespace gf {

class ScoreRange {
  public:
    /// `pattern` is Site::pattern or Site::cross_pattern: the scores are those that it is made of. Another
    /// head starts anew.
    void look_at(Site pattern, int layer, int head);
    /// As Measure::advance(). Every row is read only once.
    bool advance(const RunView& view, std::size_t budget = Measure::k_no_limit);
    /// The largest finite magnitude in the first n_rows rows, or in those that were read if they are fewer.
    float largest(int n_rows) const;
    /// The same of all rows that were read; empty before the first.
    std::optional<double> value() const;

  private:
    Site pattern_ = Site::pattern;
    int layer_ = -1, head_ = -1;
    ValueSource source_;
    std::vector<float> largest_{0}; ///< element n is the largest magnitude in the first n rows
    std::vector<real> row_;         ///< working memory
};

using ScoreRanges = PerHead<ScoreRange>;

} // namespace gf
