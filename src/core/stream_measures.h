#pragma once
// What each token's residual stream goes through, in one number a step: how much every sub-layer writes to
// it, and which token it would give next. For pictures of the whole model at once.

#include "core/trace.h"

#include <vector>

namespace gf {

/// Of one row in one block: |what the sub-layer adds| / |the stream after the addition|, 2-norms; 0 where
/// there is no such sub-layer, at most 1.
struct WriteShare {
    float attention = 0, cross = 0, mlp = 0; ///< cross: attention to the source
};

/// The likeliest next token after a row, under the raw logits.
struct Prediction {
    int token = 0;
    float probability = 0;
};

/// Grows with the rows of a Trace. Shares are 0 where neither what is added nor, with pre-norm, the stream
/// itself is kept.
class StreamMeasures {
  public:
    /// Measures up to `rows` rows of `trace`, at most as many at a time as `budget` values allow, at least
    /// one. Returns whether all are measured. Another trace starts anew.
    bool update(const std::shared_ptr<const Trace>& trace, int rows,
                std::size_t budget = std::size_t{1} << 20);

    int rows() const { return static_cast<int>(predictions_.size()); }
    const WriteShare& share(int layer, int row) const {
        return shares_[static_cast<std::size_t>(row) * n_layers_ + static_cast<std::size_t>(layer)];
    }
    const Prediction& prediction(int row) const { return predictions_[static_cast<std::size_t>(row)]; }

  private:
    void measure(const Trace& trace, int row);

    std::shared_ptr<const Trace> trace_;
    std::size_t n_layers_ = 0;
    std::vector<WriteShare> shares_; ///< [row, layer]
    std::vector<real> added_;        ///< working memory
    std::vector<Prediction> predictions_;
};

} // namespace gf
