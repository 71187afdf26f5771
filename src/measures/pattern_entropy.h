#pragma once
// How spread the weights of attention heads are. Used by Heads, for the head that is pointed at, and as a
// measure of all heads.

#include "measures/per_head.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace gf {

/// Mean entropy of one head's pattern in bits, over the queries that may read more than one key. 0 is a head
/// that always reads one token.
class PatternEntropy {
  public:
    /// `pattern` is Site::pattern or Site::cross_pattern. Another head starts anew.
    void look_at(Site pattern, int layer, int head);
    /// As Measure::advance(). Fewer rows than before start anew, too.
    bool advance(const RunView& view, std::size_t budget = Measure::k_no_limit);
    /// Empty if no query so far may read more than one key.
    std::optional<double> value() const {
        return queries_ > 0 ? std::optional(sum_ / queries_) : std::nullopt;
    }

  private:
    Site pattern_ = Site::pattern;
    int layer_ = -1, head_ = -1;
    ValueSource source_;
    int rows_ = 0, queries_ = 0;
    double sum_ = 0;
    std::vector<real> row_; ///< working memory
};

using PatternEntropies = PerHead<PatternEntropy>;

} // namespace gf
