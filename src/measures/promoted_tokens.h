#pragma once
// Which tokens a vector in the residual stream promotes by itself: the direct path through the final norm's
// gain and the unembedding (logit lens, nostalgebraist 2020; "A Mathematical Framework for Transformer
// Circuits", Elhage et al. 2021). Used by Head for what the first token's value writes.

#include "core/params.h"

#include <cstddef>
#include <span>
#include <vector>

namespace gf {

class PromotedTokens {
  public:
    struct Token {
        int token;
        double logit; ///< that the vector adds, but for the positive factor of the final norm's divisor
    };
    static constexpr std::size_t k_most = 4;

    /// Whether the model has such a path: a norm of its own before the unembedding, and nothing else.
    static bool applies_to(const StackWeights& weights);
    /// `vector` has d_model values and is copied. Another one starts anew.
    void look_at(const Weights& weights, std::span<const real> vector);
    /// Reads up to `budget` values of the unembedding, and at least a column. Whether all tokens are read.
    bool advance(std::size_t budget);
    bool is_complete() const { return weights_ && next_ == weights_->config.d_vocab; }
    /// The tokens whose logits it raises most among those read, the most first.
    std::span<const Token> top() const { return top_; }

  private:
    const Weights* weights_ = nullptr;
    std::vector<real> vector_, scaled_; ///< as given; centred if the norm centres, times the norm's gain
    std::vector<real> logits_;          ///< working memory
    std::vector<Token> top_;
    int next_ = 0; ///< the first token that is not read yet
};

} // namespace gf
