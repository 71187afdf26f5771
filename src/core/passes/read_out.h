#pragma once
// From a row of the residual stream to logits: what the model would predict if a row were the last one, as
// the logit lens (nostalgebraist 2020) asks it of every layer. Used by measures, and by whoever wants the
// last step of a model alone.

#include "core/trace.h"

#include <memory>
#include <span>

namespace gf {

class ReadOut {
  public:
    /// @throws Error if the model gives no logits
    explicit ReadOut(std::shared_ptr<const Weights> weights);
    /// The last norm, the head and the unembedding for one row: (d_model) -> (d_vocab). The row is that of
    /// resid_post in models with pre-norm, else of normalized_resid_post. Valid until the next call.
    std::span<const real> logits(const real* stream);

  private:
    std::shared_ptr<Trace> row_; ///< of one token, whose last step is computed alone
};

} // namespace gf
