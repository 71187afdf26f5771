#include "measures/promoted_tokens.h"

#include "core/kernels/kernels.h"

#include <algorithm>

namespace gf {

bool PromotedTokens::applies_to(const StackWeights& w) {
    return w.ln_final_gain && w.unembed.data && !w.mlm_dense.data;
}

void PromotedTokens::look_at(const Weights& weights, std::span<const real> vector) {
    if (weights_ == &weights && std::ranges::equal(vector_, vector)) return;
    weights_ = &weights;
    vector_.assign(vector.begin(), vector.end());
    const ModelConfig& c = weights.config;
    const real mean = c.norm == NormKind::layer ? mean_of(vector_.data(), c.d_model) : 0;
    scaled_.resize(vector_.size());
    normalize(vector_.data(), c.d_model, mean, 1, scaled_.data());
    apply_gain_and_bias(scaled_.data(), weights.ln_final_gain, static_cast<real>(c.gain_offset), nullptr,
                        scaled_.data(), c.d_model);
    top_.clear();
    top_.reserve(k_most + 1);
    next_ = 0;
}

bool PromotedTokens::advance(std::size_t budget) {
    const ModelConfig& c = weights_->config;
    const int n = std::min(c.d_vocab - next_,
                           std::max(1, static_cast<int>(budget / static_cast<std::size_t>(c.d_model))));
    if (n > 0) {
        logits_.resize(std::max(logits_.size(), static_cast<std::size_t>(n)));
        vec_mat(scaled_.data(), c.d_model, weights_->unembed.data + next_, weights_->unembed.stride, nullptr,
                logits_.data(), n);
    }
    for (int i = 0; i < n; ++i) {
        const Token token{next_ + i, static_cast<double>(logits_[static_cast<std::size_t>(i)])};
        const auto at = std::ranges::upper_bound(top_, token.logit, std::ranges::greater(), &Token::logit);
        if (at == top_.end() && top_.size() == k_most) continue;
        top_.insert(at, token);
        if (top_.size() > k_most) top_.pop_back();
    }
    next_ += n;
    return is_complete();
}

} // namespace gf
