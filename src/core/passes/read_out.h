#pragma once
// From a row of the residual stream to logits: what the model would predict if a row were the last one, as
// the logit lens (nostalgebraist 2020) asks it of every layer. Used by measures, and by whoever wants the
// last step of a model alone.

#include "core/trace.h"

#include <memory>
#include <span>
#include <vector>

namespace gf {

/// What the unembedding multiplied in a row of a run, (d_model): the row behind the last norm, or behind the
/// head of a masked-token model. `out` is overwritten.
void find_unembedded(const Trace& run, int row, std::vector<real>& out);

class ReadOut {
  public:
    /// @throws Error if the model gives no logits
    explicit ReadOut(std::shared_ptr<const Weights> weights);
    /// The last norm, the head and the unembedding for one row: (d_model) -> (d_vocab). The row is that of
    /// resid_post in models with pre-norm, else of normalized_resid_post. Valid until the next call.
    std::span<const real> logits(const real* stream);
    /// find_unembedded() of the last call of logits(). Valid until the next call.
    std::span<const real> unembedded();

  private:
    std::shared_ptr<Trace> row_;   ///< of one token, whose last step is computed alone
    std::vector<real> unembedded_; ///< working memory
};

} // namespace gf
