#pragma once
// One number for each step of each token's residual stream: how much the sub-layer writes to it; and which
// token the stream predicts in the end. Used by the flow panel, which shows the whole model at once.

#include "measures/measure.h"

#include <vector>

namespace gf {

/// For one row and one block: |what the sub-layer adds| / |the stream after the addition|, in 2-norms. It is
/// at most 1, and 0 where the model has no such sub-layer.
struct WriteShare {
    float attention = 0, cross = 0, mlp = 0; ///< cross: attention to the source
};

/// The likeliest next token after a row, under the raw logits.
struct Prediction {
    int token = 0;
    float probability = 0;
};

/// The measures of the rows of a run; grows with them. Shares are 0 where the run keeps neither the
/// sub-layer's output nor, in a model with pre-norm, the stream before and after it.
class StreamMeasures : public Measure {
  public:
    bool advance(const RunView& view, std::size_t budget = k_no_limit) override;
    nlohmann::ordered_json result() const override;

    int rows() const { return static_cast<int>(predictions_.size()); }
    const WriteShare& share(int layer, int row) const {
        return shares_[static_cast<std::size_t>(row) * n_layers_ + static_cast<std::size_t>(layer)];
    }
    const Prediction& prediction(int row) const { return predictions_[static_cast<std::size_t>(row)]; }

  private:
    void measure(const Trace& trace, int row);

    ValueSource source_;
    std::size_t n_layers_ = 0;
    std::vector<WriteShare> shares_; ///< [row, layer]
    std::vector<real> added_;        ///< working memory
    std::vector<Prediction> predictions_;
};

} // namespace gf
